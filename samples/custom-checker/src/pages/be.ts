import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { Memberships } from '../memberships';

/** Everybody is let in by name: who may sign in is not what this sample is about. */
export const POST: APIRoute = async (context) => {
  const userId = String((await context.request.formData()).get('name'));
  if (context.locals.services.get(Memberships).everybody.includes(userId)) await signIn({ userId }, context);
  return context.redirect(safeReturnTo(context), 303);
};
