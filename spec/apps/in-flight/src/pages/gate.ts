import type { APIRoute } from 'astro';
import { arrivalOf, release } from '../held';

export const GET: APIRoute = async ({ url: { searchParams } }) => {
  const name = searchParams.get('name') ?? '';
  if (searchParams.has('open')) release(name);
  else await arrivalOf(name);
  return new Response('done');
};
