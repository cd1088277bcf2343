import type { APIRoute } from 'astro';
import { clearSession } from 'astro-gatehouse/server';
import { db } from '../../domain/db';

export const POST: APIRoute = async (context) => {
  const sessionId = context.cookies.get('session_id')?.value;
  clearSession(context);
  if (sessionId) {
    await db.deleteSession(sessionId);
  }
  context.cookies.delete('session_id');
  return context.redirect('/login');
};
