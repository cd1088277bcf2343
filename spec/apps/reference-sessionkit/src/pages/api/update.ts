import type { APIRoute } from 'astro';
import { updateSession } from 'astro-gatehouse/server';
import { answers } from '../../domain/answers';

export const POST: APIRoute = async (context) => {
  const updates = await context.request.json();
  const order = context.url.searchParams.get('order');
  if (order === 'reversed') updateSession(updates, context);
  else if (order === 'no-context') updateSession(updates);
  else updateSession(context, updates);
  return Response.json(answers());
};
