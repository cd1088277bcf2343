import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';

export const GET: APIRoute = async (context) => {
  await setSession(context, { userId: 'u1', role: context.url.searchParams.get('role') ?? undefined });
  return new Response('welcome');
};
