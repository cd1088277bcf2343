import type { APIRoute } from 'astro';

export const POST: APIRoute = ({ locals: { session }, redirect }) => {
  session.destroy();
  session.flash('message', 'You are forgotten');
  return redirect('/', 303);
};
