import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';
import { answers } from '../../domain/answers';

export const POST: APIRoute = async (context) => {
  const session = await context.request.json();
  const order = context.url.searchParams.get('order');
  if (order === 'reversed') setSession(session, context);
  else if (order === 'no-context') setSession(session);
  else setSession(context, session);
  return Response.json(answers());
};
