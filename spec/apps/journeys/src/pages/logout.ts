import type { APIRoute } from 'astro';
import { clearSession } from 'astro-gatehouse/server';

export const GET: APIRoute = (context) => {
  clearSession(context);
  return new Response('bye');
};
