import { changedMessages } from './flash-lists.js';
import type { Flash, SessionRecord } from './session-record.js';

/** The prefix of the package's own keys, in records of versions that had no separate fields for this data. */
const OWN = 'astro-gatehouse:';
/** The key that marked a session as stored even if it was empty. */
const KEPT = `${OWN}kept`;
/** Lifetime of such a message in milliseconds, from the time in its value. */
const LIFETIME = 15 * 60 * 1000;

/** Converts a record of an earlier version to the current form. Returns the same record if it is current. */
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
