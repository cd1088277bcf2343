import type { APIRoute } from 'astro';
import { hasRole, requireSession } from 'astro-gatehouse/server';

export const GET: APIRoute = async () => {
  const session = requireSession();
  if (!hasRole('admin')) {
    return new Response('Forbidden', { status: 403 });
  }
  return new Response(JSON.stringify({ data: 'secret', for: session.userId }));
};
