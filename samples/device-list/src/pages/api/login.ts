import type { APIRoute } from 'astro';
import { safeReturnTo, signIn } from 'astro-gatehouse/server';

/** Everybody is let in by name: who may sign in is not what this sample is about. */
export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const label = String(form.get('label') ?? '').trim();
  const userId = String(form.get('name') ?? '').trim();
  if (userId === '') return context.redirect('/login', 303);
  const options = { rememberMe: form.has('remember'), ...(label !== '' && { label }) };
  await signIn({ userId }, options, context);
  return context.redirect(safeReturnTo('/devices', context), 303);
};
