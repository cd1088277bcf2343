import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { ADA } from '../../../demo/ada';

export const prerender = false;

export const POST: APIRoute = async (context) => {
  await signIn({ ...ADA, role: 'user' }, context);
  context.locals.session.flash('success', 'You are signed in. This message is shown once.');
  return context.redirect(safeReturnTo('/demo', context), 303);
};
