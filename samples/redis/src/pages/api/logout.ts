import type { APIRoute } from 'astro';
import { clearSession } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  await clearSession(context);
  context.locals.session.flash('notice', 'You are signed out');
  return context.redirect('/', 303);
};
