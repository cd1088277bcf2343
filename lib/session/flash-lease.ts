import { allMessages, changedMessages } from './flash-lists.js';
import type { Flash, SessionRecord } from './session-record.js';

/** Milliseconds for which a process keeps messages from others, should the request never end for which it does. */
export const LEASE = 60_000;

/** What a request asks for that is going to read messages: that no other process delivers them meanwhile. */
export interface FlashLease {
  /** Names the process. */
  readonly by: string;
  readonly now: number;
  /** When the messages are free again should the request never end. Milliseconds since the epoch, as `now`. */
  readonly until: number;
}

/** Whether a message is for this process: no other has a lease that still holds. */
export function isFreeFor({ by, now }: FlashLease, { lease }: Flash): boolean {
  return !lease || lease.by === by || lease.until <= now;
}

/**
 * What yields is left free: whoever asks for that by its key is not to go without because of another request.
 *
 * @returns The record with its free messages leased; the same record when none is to be.
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
