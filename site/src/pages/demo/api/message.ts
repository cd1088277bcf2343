import type { APIRoute } from 'astro';

export const prerender = false;

export const POST: APIRoute = (context) => {
  context.locals.session.flash('notice', 'This message waited for one page. Reload, and it is gone.');
  return context.redirect('/demo', 303);
};
