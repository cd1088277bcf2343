import { SessionId } from './session-id.js';

/** Milliseconds for which requests that were under way with the old id still find the session. */
const GRACE = 10_000;
/** Milliseconds for which it is known at all where a session went: the longest that a request under way may take. */
const TRAIL = 60_000;

/** What stands in a session's place after it got another id. */
export interface MovedRecord {
  /** Under which fingerprint it is filed now. */
  readonly to: string;
  /** The new id, readable to those alone who know the old one; left out when they are to find nobody. */
  readonly hidden?: string | undefined;
  /** Until when it counts at all. Milliseconds since the epoch. */
  readonly until: number;
}

/** Whether requests that know the old id may go on with the session. */
export function isInGrace({ until }: MovedRecord, now: number): boolean {
  return now < until - TRAIL + GRACE;
}

/** What to keep in the old place. @param isSignIn Whether those who know the old id are to find nobody. */
export function movedRecord(from: string, to: string, isSignIn: boolean, now: number): MovedRecord {
  const hidden = isSignIn ? undefined : SessionId.hiddenFrom(to, from);
  return { to: SessionId.fingerprint(to), hidden, until: now + TRAIL };
}

/** @returns `undefined` for a text that is a record, or anything else. */
export function parseMovedRecord(text: string): MovedRecord | undefined {
  // Records are lists.
  if (!text.startsWith('{')) return undefined;
  try {
    const moved: unknown = JSON.parse(text);
    return isMovedRecord(moved) ? moved : undefined;
  } catch {
    return undefined;
  }
}

function isMovedRecord(moved: unknown): moved is MovedRecord {
  const { to, until } = (moved ?? {}) as Partial<MovedRecord>;
  return typeof to === 'string' && typeof until === 'number';
}
