import type { APIRoute } from 'astro';
import { getSession, setSession } from 'astro-gatehouse/server';

export const GET: APIRoute = async ({ url }) => {
  await setSession({ userId: url.searchParams.get('name') ?? '' });
  await new Promise((wake) => setTimeout(wake, Math.random() * 20));
  return new Response(getSession()?.userId);
};
