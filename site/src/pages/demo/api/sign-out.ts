import type { APIRoute } from 'astro';
import { signOut } from 'astro-gatehouse/server';

export const prerender = false;

export const POST: APIRoute = async (context) => {
  await signOut(context);
  context.locals.session.flash('notice', 'You are signed out.');
  return context.redirect('/demo', 303);
};
