import type { APIRoute } from 'astro';
import { signOut } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  await signOut(context);
  return context.redirect('/login', 303);
};
