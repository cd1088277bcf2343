import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';
import { verifyCredentials } from '../../lib/users';

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const user = verifyCredentials(form.get('email'), form.get('password'));
  if (!user) return context.redirect('/login?problem=password', 303);
  await signIn({ userId: user.id, email: user.email }, context);
  return context.redirect(safeReturnTo('/account', context), 303);
};
