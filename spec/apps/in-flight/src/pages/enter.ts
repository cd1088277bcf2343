import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  await setSession(context, { userId: String(form.get('user')), role: String(form.get('role') ?? 'member') });
  return context.redirect('/who', 303);
};
