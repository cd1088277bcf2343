import { randomUUID } from 'node:crypto';

export interface Note {
  readonly id: string;
  readonly text: string;
}

/** The notes of each user. An application would keep them in its database. */
const NOTES = new Map<string, Map<string, Note>>();

export function notesOf(userId = ''): Map<string, Note> {
  const notes = NOTES.get(userId) ?? new Map<string, Note>();
  NOTES.set(userId, notes);
  return notes;
}

export function addNote(userId: string | undefined, text: string): Note {
  const note = { id: randomUUID(), text };
  notesOf(userId).set(note.id, note);
  return note;
}
