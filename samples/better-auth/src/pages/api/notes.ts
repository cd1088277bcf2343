import type { APIRoute } from 'astro';

export const POST: APIRoute = async ({ request, locals, redirect }) => {
  const note = String((await request.formData()).get('note')).trim();
  if (note) locals.session.set('notes', (notes = []) => [...notes, note].slice(-10));
  locals.session.flash(note ? 'notice' : 'error', note ? 'Noted' : 'There was nothing to note');
  return redirect('/notes', 303);
};
