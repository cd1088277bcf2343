import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';
import { createSessionInDatabase } from '../../domain/db';
import { verifyCredentials } from '../../domain/users';

export const POST: APIRoute = async (context) => {
  const { email, password } = await context.request.json();
  const user = await verifyCredentials(email, password);
  if (user) {
    setSession(context, {
      userId: user.id,
      email: user.email,
      role: user.role,
      permissions: user.permissions,
    });
    const sessionId = await createSessionInDatabase(user.id);
    context.cookies.set('session_id', sessionId, {
      httpOnly: true,
      secure: true,
      sameSite: 'lax',
      maxAge: 60 * 60 * 24 * 7,
    });
    return new Response(JSON.stringify({ success: true }));
  }
  return new Response(JSON.stringify({ error: 'Invalid credentials' }), {
    status: 401,
  });
};
