import type { APIContext } from 'astro';
import { destroySession, getSession } from '../../session';

export async function POST({ request }: APIContext) {
  const session = await getSession(request);
  return new Response(null, {
    status: 302,
    headers: {
      location: '/login',
      'set-cookie': await destroySession(session),
    },
  });
}
