import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { Memberships } from '../memberships';

/** Everybody is let in by name: who may sign in is not what this sample is about. */
export const POST: APIRoute = async (context) => {
  const userId = String((await context.request.formData()).get('name'));
  const company = context.locals.services.get(Memberships).companyOf(userId);
  if (company !== undefined) await signIn({ userId, company }, context);
  return context.redirect(safeReturnTo(context), 303);
};
