import type { APIRoute } from 'astro';
import { notesOf } from '../../../notes';
import { problem } from '../../../problem';

export const GET: APIRoute = ({ locals, params }) => {
  const note = notesOf(locals.visitor.id).get(params.id ?? '');
  return note ? Response.json(note) : problem(404, 'Not Found');
};

export const DELETE: APIRoute = ({ locals, params }) =>
  notesOf(locals.visitor.id).delete(params.id ?? '') ? new Response(null, { status: 204 }) : problem(404, 'Not Found');
