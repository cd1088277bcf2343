import type { APIRoute } from 'astro';
import { requireSession } from 'astro-gatehouse/server';
import { memberships } from '../teams';

export const POST: APIRoute = async (context) => {
  await memberships.end(requireSession().userId);
  return context.redirect('/', 303);
};
