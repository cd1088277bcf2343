import type { APIRoute } from 'astro';
import { addNote, notesOf } from '../../../notes';
import { problem } from '../../../problem';

export const GET: APIRoute = ({ locals }) => Response.json([...notesOf(locals.visitor.id).values()]);

export const POST: APIRoute = async ({ locals, request }) => {
  const { text }: { text?: unknown } = Object(await request.json().catch(() => undefined));
  if (typeof text !== 'string' || text.trim() === '')
    return problem(400, 'Bad Request', 'text must be a non-empty string');
  const note = addNote(locals.visitor.id, text.trim().slice(0, 500));
  return Response.json(note, { status: 201, headers: { Location: `/api/notes/${note.id}` } });
};
