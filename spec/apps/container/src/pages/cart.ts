import type { APIRoute } from 'astro';
import { Cart } from '../gatehouse';

export const GET: APIRoute = async ({ locals, url }) => {
  const name = url.searchParams.get('name');
  if (name) locals.session.set('name', name);
  const cart = locals.services.get(Cart);
  await new Promise((wake) => setTimeout(wake, Math.random() * 20));
  const again = locals.services.get(Cart);
  const { shout } = locals.session as unknown as { shout: string };
  return Response.json({ text: again.describe(), same: cart === again, number: cart.number, shout });
};
