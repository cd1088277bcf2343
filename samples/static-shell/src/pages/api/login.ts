import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { verifyCredentials } from '../../lib/club';

export const prerender = false;

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const member = verifyCredentials(form.get('email'), form.get('password'));
  if (!member) {
    context.locals.session.flash('error', 'Wrong email or password');
    return context.redirect(`/login${context.url.search}`, 303);
  }
  const { id, name } = member;
  await signIn({ userId: id, name }, context);
  context.locals.session.flash('notice', `Good to see you, ${name}`);
  return context.redirect(safeReturnTo('/', context), 303);
};
