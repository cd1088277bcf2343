import type { APIRoute } from 'astro';
import { countWaiting, open } from '../gate';

export const GET: APIRoute = ({ url }) => {
  if (url.searchParams.has('open')) open();
  return new Response(String(countWaiting()));
};
