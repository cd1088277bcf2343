import type { APIRoute } from 'astro';
import { signOut } from 'astro-gatehouse/server';
import { speak } from '../../lib/language';

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const { t, to } = speak(String(form.get('locale')));
  await signOut(context);
  context.locals.session.flash('notice', t.goodbye);
  return context.redirect(to('/'), 303);
};
