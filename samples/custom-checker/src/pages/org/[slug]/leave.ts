import type { APIRoute } from 'astro';
import { requireSession } from 'astro-gatehouse/server';
import { Memberships } from '../../../memberships';

export const POST: APIRoute = async (context) => {
  const { slug = '' } = context.params;
  await context.locals.services.get(Memberships).leave(slug, requireSession().userId);
  context.locals.session.flash('notice', 'You have left your team');
  return context.redirect('/', 303);
};
