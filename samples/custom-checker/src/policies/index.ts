import { NotePolicy } from './note-policy';

export const policies = { note: NotePolicy };
