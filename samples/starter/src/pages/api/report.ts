import type { APIRoute } from 'astro';
import { requireSession } from 'astro-gatehouse/server';

export const GET: APIRoute = () => {
  const { email } = requireSession();
  return Response.json({ readBy: email, visitors: 3 });
};
