import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { speak } from '../../lib/language';
import { verifyCredentials } from '../../lib/users';

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const { t, to } = speak(String(form.get('locale')));
  const user = verifyCredentials(form.get('email'), form.get('password'));
  if (!user) {
    context.locals.session.flash('error', t.wrong);
    return context.redirect(to('/login') + context.url.search, 303);
  }
  const { id, email, name, permissions } = user;
  await signIn({ userId: id, email, name, permissions }, context);
  context.locals.session.flash('success', t.welcome(name));
  // Where they wanted to go is an address in the language they were reading.
  return context.redirect(safeReturnTo(to('/members'), context), 303);
};
