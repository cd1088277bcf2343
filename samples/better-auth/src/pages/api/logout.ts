import type { APIRoute } from 'astro';
import { signOut } from 'astro-gatehouse/server';
import { auth } from '../../auth';
import { withCookiesOf } from '../../with-cookies-of';

export const POST: APIRoute = async ({ request, locals, redirect }) => {
  const answer = await auth.api.signOut({ headers: request.headers, asResponse: true });
  await signOut(); // The notes of this browser: they must not wait for the next person.
  locals.session.flash('notice', 'You are signed out');
  return withCookiesOf(answer, redirect('/', 303));
};
