import type { APIRoute } from 'astro';
import { clearSession } from 'astro-gatehouse/server';

export const GET: APIRoute = (context) => {
  clearSession(context);
  throw new Error('on purpose');
};
