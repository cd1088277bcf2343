import type { APIRoute } from 'astro';
import { clearSession } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  await clearSession(context);
  if (context.url.searchParams.has('message')) context.locals.session.flash('notice', 'Bye');
  return context.redirect('/who', 303);
};
