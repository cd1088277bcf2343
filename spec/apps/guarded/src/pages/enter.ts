import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  await setSession(context, { userId: 'u1', role: 'admin' });
  return new Response('welcome');
};
