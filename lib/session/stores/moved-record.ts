import type { Promised } from '../../base/promised.js';
import { parseRecord, serializeRecord } from '../record/record-text.js';
import { SessionId } from '../record/session-id.js';
import { isEmptyRecord, type SessionRecord, userIdOf } from '../record/session-record.js';
import type { StoredText } from './recent-records.js';

/** A text with the key under which it is stored. */
export interface KeyedText {
  readonly key: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly userId?: string | undefined;
}

/** Milliseconds for which requests with the old id still find the session. */
const GRACE = 10_000;
/** Milliseconds for which the store remembers where a session moved: longer than any request is under way. */
const TRAIL = 60_000;

/** The record that replaces a session under its old key after it got another id. */
export interface MovedRecord {
  /** The fingerprint of the new id. */
  readonly to: string;
  /** The new id, encrypted with the old one. Left out when requests with the old id must not find the session. */
  readonly hidden?: string | undefined;
  /** When the record expires, in milliseconds since the epoch. */
  readonly until: number;
}

/** Checks whether requests with the old id may still use the session. */
export function isInGrace({ until }: MovedRecord, now: number): boolean {
  return now < until - TRAIL + GRACE;
}

/** The records that lead from an id to the current one, and what is stored under that. */
interface Trail {
  readonly moves: readonly MovedRecord[];
  readonly end?: StoredText | undefined;
}

/** Follows a session from id to id. @param find Returns what is stored under a key. */
export async function trailOf(token: string, find: (key: string) => Promised<StoredText | undefined>): Promise<Trail> {
  const moves: MovedRecord[] = [];
  if (!SessionId.isWellFormed(token)) return { moves };
  for (let key = SessionId.fingerprint(token); ; ) {
    const end = await find(key);
    const moved = end && parseMovedRecord(end.text);
    if (!moved) return { moves, end };
    moves.push(moved);
    key = moved.to;
  }
}

/** Checks whether a trail, which is still known, does not let requests with the first id use the session. */
export function isCutOff({ moves }: Trail, now: number): boolean {
  const last = moves.find((moved) => now >= moved.until || !moved.hidden || !isInGrace(moved, now));
  return last !== undefined && now < last.until;
}

/** Checks whether a trail leads from one id to another whose session has not ended. */
export function leadsToSession({ moves, end }: Trail, now: number): boolean {
  const record = end && parseRecord(end.text, '');
  return moves.length > 0 && record !== undefined && now < record.expiresAt && !isEmptyRecord(record);
}

/** Creates the record for the old key. @param isSignIn True when requests with the old id must not find the session. */
export function movedRecord(from: string, to: string, isSignIn: boolean, now: number): MovedRecord {
  const hidden = isSignIn ? undefined : SessionId.hiddenFrom(to, from);
  return { to: SessionId.fingerprint(to), hidden, until: now + TRAIL };
}

/** Returns the text of a record with its key. @param maxSize As in {@link serializeRecord}. */
export function keyedText(record: SessionRecord, maxSize?: number): KeyedText {
  const { id, expiresAt } = record;
  return {
    key: SessionId.fingerprint(id),
    text: serializeRecord(record, maxSize),
    expiresAt,
    userId: userIdOf(record),
  };
}

/** Parses a moved record. @returns `undefined` for any other text. */
export function parseMovedRecord(text: string): MovedRecord | undefined {
  // Session records are arrays.
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
