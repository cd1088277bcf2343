import type { APIRoute } from 'astro';
import { updateSession } from 'astro-gatehouse/server';
import { db } from '../../domain/db';

export const POST: APIRoute = async (context) => {
  const { newRole } = await context.request.json();
  updateSession(context, { role: newRole });
  const sessionId = context.cookies.get('session_id')?.value;
  await db.updateUserRole(sessionId, newRole);
  return new Response(JSON.stringify({ success: true }));
};
