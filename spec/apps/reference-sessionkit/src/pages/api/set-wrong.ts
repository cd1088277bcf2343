import type { APIRoute } from 'astro';
import { setSession, updateSession } from 'astro-gatehouse/server';

export const POST: APIRoute = async (context) => {
  const { helper, ...values } = await context.request.json();
  try {
    if (helper === 'updateSession') updateSession(context, values);
    else setSession(context, values);
  } catch (error) {
    return Response.json({ isError: error instanceof Error, message: String(error) });
  }
  return Response.json({ isError: false });
};
