import { inTime } from './in-time.js';
import type { Promised } from './promised.js';
import type { Session } from './session.js';
import { noChanges } from './session-changes.js';
import type { SessionStore } from './stores/session-store.js';

/**
 * Keeps the messages of a session from other processes for as long as a request of this one may read them. Nothing here
 * throws: without a lease they are still kept from other requests of this process, and one that is not given back ends.
 */
export class FlashLeases {
  constructor(
    private readonly store: SessionStore,
    private readonly config: { readonly storeTimeout: number },
  ) {}

  async take({ flashes, journal }: Session): Promise<void> {
    const { claims } = flashes;
    if (!journal.opened || !claims || flashes.isEmpty) return;
    const leased = await this.#tried(this.store.read(journal.opened.id, claims));
    if (leased) flashes.drop(claims.begin(leased.flashes));
  }

  /** Gives back messages that were not delivered. */
  async giveBack({ flashes, journal }: Session): Promise<void> {
    const { opened, leasedBy } = journal;
    flashes.claims?.release();
    flashes.claims?.end();
    if (opened && leasedBy) await this.#tried(this.store.write({ ...noChanges(opened), leasedBy }));
  }

  async #tried<Answer>(asked: Promised<Answer>): Promise<Answer | undefined> {
    try {
      return await inTime(asked, this.config.storeTimeout, 'The store');
    } catch {
      return undefined;
    }
  }
}
