import { changedMessages } from './flash-lists.js';
import type { Flash, SessionRecord } from './session-record.js';

/** What the package kept in a session for itself was told by how its key begins, before records had a field for it. */
const OWN = 'astro-gatehouse:';
/** Stood among the values of a session that was stored though nothing was in it. */
const KEPT = `${OWN}kept`;
/** Milliseconds for which such a message lived, from the time that stood in it. */
const LIFETIME = 15 * 60 * 1000;

/** The record as it would be stored today. The same one, unless it is of before. */
export function upToDate(record: SessionRecord): SessionRecord {
  const { values, flashes } = record;
  const wasKept = values.has(KEPT);
  const isFormer = flashes.size > 0 && [...flashes].some(([key, flash]) => isOwn(flash, key));
  if (!wasKept && !isFormer) return record;
  return {
    ...record,
    values: new Map([...values].filter(([key]) => key !== KEPT)),
    flashes: changedMessages(flashes, (message, key) => (isOwn(message, key) ? yielding(message) : message)),
    ...(wasKept && { isKept: true }),
  };
}

function isOwn({ until }: Flash, key: string): boolean {
  return until === undefined && key.startsWith(OWN);
}

function yielding(message: Flash): Flash {
  const { at } = (message.value ?? {}) as { at?: unknown };
  return { ...message, until: (typeof at === 'number' ? at : 0) + LIFETIME, yields: true };
}
