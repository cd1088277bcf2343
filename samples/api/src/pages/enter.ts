import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { SCOPES } from '../keys';

/** Everybody is let in by name: who may sign in is not what this sample is about. */
export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const userId = String(form.get('name') ?? '').trim();
  if (userId === '') return context.redirect('/login', 303);
  await signIn({ userId, permissions: [...SCOPES, 'keys:manage'] }, context);
  return context.redirect(safeReturnTo('/notes', context), 303);
};
