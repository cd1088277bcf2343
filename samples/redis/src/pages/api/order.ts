import type { APIRoute } from 'astro';

export const POST: APIRoute = ({ locals, redirect }) => {
  locals.session.unset('basket');
  locals.session.flash('success', 'Thank you. It is on its way.');
  return redirect('/', 303);
};
