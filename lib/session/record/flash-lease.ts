import { allMessages, changedMessages } from './flash-lists.js';
import type { Flash, SessionRecord } from './session-record.js';

/** Milliseconds for which a process reserves messages, in case its request never ends. */
export const LEASE = 60_000;

/** A reservation of messages for a request that will read them: no other process delivers them meanwhile. */
export interface FlashLease {
  /** Identifies the process. */
  readonly by: string;
  readonly now: number;
  /** When the reservation ends if the request never does. Milliseconds since the epoch, as `now`. */
  readonly until: number;
}

/** Checks whether a process may deliver a message: no other process has a valid lease on it. */
export function isFreeFor({ by, now }: FlashLease, { lease }: Flash): boolean {
  return !lease || lease.by === by || lease.until <= now;
}

/**
 * Leases the free messages of a record. Messages that yield are not leased, because concurrent requests must all be
 * able to read them.
 *
 * @returns The record with its free messages leased; the same record when there is nothing to lease.
 */
export function withLease(record: SessionRecord, lease: FlashLease): SessionRecord {
  const { by, now, until } = lease;
  const isToLease = (message: Flash) => {
    const isOurs = message.lease?.by === by && message.lease.until - now > LEASE / 2;
    return !message.yields && !isOurs && isFreeFor(lease, message);
  };
  if (record.flashes.size === 0) return record;
  if (!allMessages(record.flashes).some(([, message]) => isToLease(message))) return record;
  const flashes = changedMessages(record.flashes, (message) =>
    isToLease(message) ? { ...message, lease: { by, until } } : message,
  );
  return { ...record, flashes };
}
