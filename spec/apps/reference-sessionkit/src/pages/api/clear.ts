import type { APIRoute } from 'astro';
import { clearSession } from 'astro-gatehouse/server';
import { answers } from '../../domain/answers';

export const POST: APIRoute = async (context) => {
  if (context.url.searchParams.get('order') === 'no-context') clearSession();
  else clearSession(context);
  return Response.json(answers());
};
