import { defineMiddleware } from 'astro:middleware';
import { db } from './domain/db';

export const onRequest = defineMiddleware(async (context, next) => {
  const sessionId = context.cookies.get('session_id')?.value;
  if (sessionId) {
    const user = await db.getUserBySessionId(sessionId);
    context.session.set('__session__', {
      userId: user.id,
      email: user.email,
      role: user.role,
      permissions: user.permissions,
    });
  }
  return next();
});
