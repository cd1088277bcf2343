import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { verifyCredentials } from '../../lib/users';

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const user = verifyCredentials(form.get('email'), form.get('password'));
  if (!user) {
    context.locals.session.flash('error', 'Wrong email or password');
    return context.redirect(`/login${context.url.search}`, 303);
  }
  const { id, email, name, role, permissions } = user;
  await signIn({ userId: id, email, name, role, permissions }, context);
  context.locals.session.flash('notice', `Good to see you, ${name}`);
  return context.redirect(safeReturnTo('/dashboard', context), 303);
};
