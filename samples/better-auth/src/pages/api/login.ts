import type { APIRoute } from 'astro';
import { safeReturnTo } from 'astro-gatehouse/server';
import { auth } from '../../auth';
import { withCookiesOf } from '../../with-cookies-of';

export const POST: APIRoute = async ({ request, locals, url, redirect }) => {
  const form = await request.formData();
  const body = { email: String(form.get('email')), password: String(form.get('password')) };
  const answer = await auth.api.signInEmail({ body, headers: request.headers, asResponse: true });
  if (!answer.ok) {
    locals.session.flash('error', 'Wrong email or password');
    return redirect(`/login${url.search}`, 303);
  }
  locals.session.flash('notice', 'You are signed in');
  return withCookiesOf(answer, redirect(safeReturnTo('/notes'), 303));
};
