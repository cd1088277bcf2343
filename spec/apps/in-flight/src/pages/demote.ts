import type { APIRoute } from 'astro';
import { updateSession } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  await updateSession(context, { role: 'member' });
  return context.redirect('/who', 303);
};
