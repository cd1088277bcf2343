import type { APIRoute } from 'astro';
import { revokeKey } from '../../keys';

export const POST: APIRoute = async ({ locals, redirect, request }) => {
  const form = await request.formData();
  revokeKey(locals.visitor.id, String(form.get('id')));
  return redirect('/keys', 303);
};
