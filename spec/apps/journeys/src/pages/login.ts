import type { APIRoute } from 'astro';
import { getSession, hasRole, setSession } from 'astro-gatehouse/server';

export const GET: APIRoute = (context) => {
  const before = context.locals.session.id;
  setSession(context, { userId: 'u1', role: 'keeper', cart: 1 });
  return Response.json({
    rotated: before !== context.locals.session.id,
    isKeeper: hasRole('keeper'),
    user: getSession()?.userId,
  });
};
