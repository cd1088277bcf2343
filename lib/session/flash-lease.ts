import type { Flash, SessionRecord } from './session-record.js';

/** What a request asks for that is going to read messages: that no other request delivers them meanwhile. */
export interface FlashLease {
  /** Names the request. */
  readonly by: string;
  readonly now: number;
  /** When the messages are free again should the request never end. Milliseconds since the epoch, as `now`. */
  readonly until: number;
}

/** Whether a message is for this request: nobody else has a lease that still holds. */
export function isFreeFor({ by, now }: FlashLease, { lease }: Flash): boolean {
  return !lease || lease.by === by || lease.until <= now;
}

/** @returns The record with its free messages leased; the same record when none is to be. */
export function withLease(record: SessionRecord, lease: FlashLease): SessionRecord {
  const free = [...record.flashes].filter(([, flash]) => flash.lease?.by !== lease.by && isFreeFor(lease, flash));
  if (free.length === 0) return record;
  const flashes = new Map(record.flashes);
  for (const [key, { id, value }] of free) flashes.set(key, { id, value, lease: { by: lease.by, until: lease.until } });
  return { ...record, flashes };
}
