import type { APIRoute } from 'astro';
import { createSessionInDatabase } from '../../domain/db';
import { verifyCredentials } from '../../domain/users';

export const POST: APIRoute = async (context) => {
  const { email, password } = await context.request.json();
  const user = await verifyCredentials(email, password);
  if (!user) return new Response(null, { status: 401 });
  context.cookies.set('session_id', await createSessionInDatabase(user.id), { httpOnly: true, path: '/' });
  return new Response(null, { status: 204 });
};
