import { Clock } from '../clock.js';
import { KeyedRevocationList } from '../revocation-list.js';

type Revoked = Map<string, { readonly time: number; readonly until: number }>;
/** The key under which a list finds the entries of an earlier one. */
const KEPT = 'revoked';

/** Stores revocations in this process, for development and for a single process that is never restarted. */
export class MemoryRevocationList extends KeyedRevocationList {
  #revoked: Revoked = new Map();

  constructor(private readonly clock: Clock = new Clock()) {
    super();
  }

  /** Continues with the entries of an earlier list, and leaves them to the next one. @internal */
  goOnFrom(kept: Map<string, unknown>): void {
    const before = kept.get(KEPT) as Revoked | undefined;
    if (before) this.#revoked = before;
    else kept.set(KEPT, this.#revoked);
  }

  override async notBefore(userId: string): Promise<number | undefined> {
    return this.#revoked.get(userId)?.time;
  }

  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    const now = this.clock.now();
    for (const [other, entry] of this.#revoked) if (entry.until <= now) this.#revoked.delete(other);
    const before = this.#revoked.get(userId) ?? { time, until };
    // An earlier call may arrive late: it must not shorten what a later one has asked for.
    this.#revoked.set(userId, { time: Math.max(before.time, time), until: Math.max(before.until, until) });
  }
}
