import type { APIRoute } from 'astro';

/** Leaves a message and goes where it is told. */
export const GET: APIRoute = ({ locals, url, redirect }) => {
  locals.session.flash('notice', url.searchParams.get('text') ?? 'hello');
  return redirect(url.searchParams.get('to') ?? '/show');
};
