import type { Clock } from './clock.js';
import { FORM_KEYS } from './flash-bag.js';
import { SessionId } from './session-id.js';
import type { Flash, SessionRecord } from './session-record.js';

/** Milliseconds for which a request keeps messages from others, should it never end. */
const LEASE = 60_000;

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

/**
 * Forms are left free: no page but their own delivers them, and that is not to go without because of another.
 *
 * @returns The record with its free messages leased; the same record when none is to be.
 */
export function withLease(record: SessionRecord, lease: FlashLease): SessionRecord {
  const free = [...record.flashes].filter(
    ([key, flash]) => !key.startsWith(FORM_KEYS) && flash.lease?.by !== lease.by && isFreeFor(lease, flash),
  );
  if (free.length === 0) return record;
  const flashes = new Map(record.flashes);
  for (const [key, { id, value }] of free) flashes.set(key, { id, value, lease: { by: lease.by, until: lease.until } });
  return { ...record, flashes };
}

/** Gives out leases. Each tells its request from all others, in this process and elsewhere. */
export class FlashLeases {
  /** Of this process. Made with the first request, because workerd makes nothing random while it starts. */
  #name: string | undefined;
  #count = 0;

  constructor(private readonly clock: Clock) {}

  next(): FlashLease {
    const now = this.clock.now();
    this.#name ??= SessionId.generate().slice(0, 11);
    this.#count += 1;
    return { by: `${this.#name}-${this.#count}`, now, until: now + LEASE };
  }
}

/** What of the messages that wait is there for a request: not what another one has under lease. */
export function freeFor(
  waiting: ReadonlyMap<string, Flash> | undefined,
  lease: FlashLease | undefined,
): { free: ReadonlyMap<string, Flash> | undefined; leasedBy?: string } {
  if (!waiting || waiting.size === 0 || !lease) return { free: waiting };
  const free = [...waiting].filter(([, flash]) => isFreeFor(lease, flash));
  const isLeased = free.some(([, flash]) => flash.lease?.by === lease.by);
  return { free: new Map(free), ...(isLeased && { leasedBy: lease.by }) };
}
