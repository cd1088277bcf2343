import type { APIRoute } from 'astro';
import { requireSession } from 'astro-gatehouse/server';
import { createKey } from '../../keys';

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const name =
    String(form.get('name') ?? '')
      .trim()
      .slice(0, 100) || 'A key without a name';
  const secret = createKey(requireSession(context).userId, name, form.getAll('scope').map(String));
  context.locals.session.flash('key', secret);
  return context.redirect('/keys', 303);
};
