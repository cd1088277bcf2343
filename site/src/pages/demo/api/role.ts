import type { APIRoute } from 'astro';
import { isAuthenticated, signIn, signOut, updateSession } from 'astro-gatehouse/server';
import { ADA } from '../../../demo/ada';

export const prerender = false;
const ROLES = ['user', 'admin'] as const;
const NEWS = { guest: 'You are a guest now.', user: 'You are a user now.', admin: 'You are an admin now.' };
const PAGES = ['/demo', '/demo/account', '/demo/admin'];

/** Makes the visitor a guest, a user or an admin, and shows the page again on which they asked for it. */
export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const role = ROLES.find((name) => name === form.get('role'));
  if (!role) await signOut(context);
  else if (isAuthenticated(context)) await updateSession({ role }, context);
  else await signIn({ ...ADA, role }, context);
  context.locals.session.flash('notice', NEWS[role ?? 'guest']);
  return context.redirect(PAGES.find((page) => page === form.get('page')) ?? '/demo', 303);
};
