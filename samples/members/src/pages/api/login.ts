import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { speak } from '../../lib/language';
import { SignInLimits } from '../../lib/sign-in-limits';
import { verifyCredentials } from '../../lib/users';

export const POST: APIRoute = async (context) => {
  const { clientAddress, locals, url } = context;
  const form = await context.request.formData();
  const { t, to } = speak(String(form.get('locale')));
  const limits = locals.services.get(SignInLimits);
  const attempt = { account: String(form.get('email')), clientAddress };
  const retryAfter = await limits.count(attempt);
  if (retryAfter !== undefined) {
    locals.session.flash('error', t.throttled(Math.ceil(retryAfter / 60)));
    // The form's page itself, because a redirect cannot have this status.
    const { headers } = context.request;
    const page = await context.rewrite(new Request(new URL(to('/login') + url.search, url), { headers }));
    page.headers.set('Retry-After', `${retryAfter}`);
    return new Response(page.body, { status: 429, headers: page.headers });
  }
  const user = verifyCredentials(form.get('email'), form.get('password'));
  if (!user) {
    locals.session.flash('error', t.wrong);
    return context.redirect(to('/login') + url.search, 303);
  }
  await limits.forgive(attempt);
  const { id, email, name, permissions } = user;
  await signIn({ userId: id, email, name, permissions }, context);
  locals.session.flash('success', t.welcome(name));
  // Where they wanted to go is an address in the language they were reading.
  return context.redirect(safeReturnTo(to('/members'), context), 303);
};
