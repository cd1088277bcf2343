import type { APIContext } from 'astro';
import { commitSession, getSession } from '../../session';

export async function POST({ request }: APIContext) {
  const session = await getSession(request);
  session.unset('count');
  return new Response(String(session.get('count')), { headers: { 'set-cookie': await commitSession(session) } });
}
