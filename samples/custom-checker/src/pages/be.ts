import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  const name = (await context.request.formData()).get('name');
  await setSession(context, { userId: String(name) });
  return context.redirect('/', 303);
};
