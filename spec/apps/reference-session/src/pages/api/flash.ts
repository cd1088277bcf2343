import type { APIContext } from 'astro';
import { commitSession, getSession } from '../../session';

export async function POST({ request }: APIContext) {
  const session = await getSession(request);
  session.flash('notice', 'Saved');
  return new Response(session.flash('notice'), { headers: { 'set-cookie': await commitSession(session) } });
}

export async function GET({ request }: APIContext) {
  const session = await getSession(request);
  return new Response(session.flash('notice') ?? 'nothing', {
    headers: { 'set-cookie': await commitSession(session) },
  });
}

export async function PUT({ request }: APIContext) {
  const session = await getSession(request);
  session.flash('notice', 'Saved for later');
  return new Response(null, { status: 204, headers: { 'set-cookie': await commitSession(session) } });
}
