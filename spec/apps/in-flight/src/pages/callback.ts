import type { APIRoute } from 'astro';
import { setSession } from 'astro-gatehouse/server';

/** Where a provider sends its visitors when they have signed in there. */
export const POST: APIRoute = async (context) => {
  await setSession(context, { userId: 'grace', role: 'member' });
  return context.redirect('/who?from=provider&and="<b>"', 303);
};
