import type { APIRoute } from 'astro';
import { signOut } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  await signOut(context);
  context.locals.session.flash('notice', 'You are signed out');
  return context.redirect('/', 303);
};
