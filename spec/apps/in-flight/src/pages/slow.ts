import type { APIRoute } from 'astro';
import { regenerateSession, setSession, updateSession } from 'astro-gatehouse/server';
import { hold } from '../held';

/** Answers when it is released, and does then what it was asked to. */
export const GET: APIRoute = async (context) => {
  const { session } = context.locals;
  const { searchParams } = context.url;
  session.get('cart');
  await hold(searchParams.get('name') ?? '');
  const does = searchParams.get('does');
  if (does === 'fill') session.set('cart', (cart = 0) => cart + 1);
  if (does === 'empty') session.unset('cart');
  if (does === 'regenerate') await regenerateSession(context);
  if (does === 'sign-in') await setSession(context, { userId: 'ada', role: 'admin' });
  if (does === 'promote') await updateSession(context, { role: 'admin' });
  if (does === 'demote') await updateSession(context, { role: 'member' });
  return new Response(does);
};
