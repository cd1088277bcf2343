import type { APIRoute } from 'astro';
import { requireSession } from 'astro-gatehouse/server';
import { boats } from '../../lib/boats';

export const guard = 'user';

export const GET: APIRoute = () => Response.json(boats.seenBy(requireSession().userId));

export const POST: APIRoute = async ({ request }) => {
  const { userId } = requireSession();
  const boat = (await request.formData()).get('boat');
  const isDone = boats.toggle(String(boat), userId);
  return Response.json(boats.seenBy(userId), { status: isDone ? 200 : 409 });
};
