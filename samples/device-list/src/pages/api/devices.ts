import type { APIRoute } from 'astro';
import { SessionRegistry } from 'astro-gatehouse/server';

export const POST: APIRoute = async ({ locals, redirect, request }) => {
  const { services, session, visitor } = locals;
  const registry = services.get(SessionRegistry);
  const form = await request.formData();
  if (form.has('others')) {
    const count = await registry.revokeOthers(session);
    session.flash('notice', count === 1 ? 'One other session was ended' : `${count} other sessions were ended`);
  } else {
    // Whose session it has to be is said, because the id comes from a form.
    const hasEnded = await registry.revoke(String(form.get('id')), visitor.id);
    session.flash('notice', hasEnded ? 'That session was ended' : 'There is no such session any more');
  }
  return redirect('/devices', 303);
};
