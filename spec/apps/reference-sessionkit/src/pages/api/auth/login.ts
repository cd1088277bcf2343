import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';
import { db } from '../../../domain/db';
import { generateSessionId, hashPassword } from './_utils';

export const POST: APIRoute = async (context) => {
  const { email, password } = await context.request.json();
  const user = await db.findUserByEmail(email);
  if (!user || !(await hashPassword.verify(password, user.hashedPassword))) {
    return new Response(JSON.stringify({ error: 'Invalid credentials' }), {
      status: 401,
    });
  }
  const sessionId = generateSessionId();
  await db.createSession({
    id: sessionId,
    userId: user.id,
    expiresAt: Date.now() + 7 * 24 * 60 * 60 * 1000,
  });
  setSession(context, {
    userId: user.id,
    email: user.email,
    role: user.role,
    permissions: user.permissions,
  });
  context.cookies.set('session_id', sessionId, {
    httpOnly: true,
    secure: import.meta.env.PROD,
    sameSite: 'lax',
    maxAge: 60 * 60 * 24 * 7,
    path: '/',
  });
  return new Response(
    JSON.stringify({
      success: true,
      user: { email: user.email, role: user.role },
    }),
  );
};
