import { Clock } from '../clock.js';
import { KeyedRevocationList } from '../revocation-list.js';

/** Keeps in this process what has been revoked: for development, and a single process that nobody restarts. */
export class MemoryRevocationList extends KeyedRevocationList {
  readonly #revoked = new Map<string, { readonly time: number; readonly until: number }>();

  constructor(private readonly clock: Clock = new Clock()) {
    super();
  }

  override async notBefore(userId: string): Promise<number | undefined> {
    return this.#revoked.get(userId)?.time;
  }

  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    const now = this.clock.now();
    for (const [other, entry] of this.#revoked) if (entry.until <= now) this.#revoked.delete(other);
    const before = this.#revoked.get(userId)?.time ?? time;
    this.#revoked.set(userId, { time: Math.max(before, time), until });
  }
}
