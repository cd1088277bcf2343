import type { Promised } from '../../base/promised.js';
import { inTime } from '../../base/waiting.js';
import type { SessionDraft } from '../draft/session-draft.js';
import { noChanges } from '../record/session-changes.js';
import type { SessionStore } from '../stores/session-store.js';

/**
 * Reserves the messages of a session for this process while its request may read them. No method throws: when a store
 * that can lease messages does not answer, they wait for another page, and a lease that is not given back expires.
 */
export class FlashLeases {
  constructor(
    private readonly store: SessionStore,
    private readonly config: { readonly storeTimeout: number },
  ) {}

  async take({ flashes, opened }: SessionDraft): Promise<void> {
    const { claims } = flashes;
    if (!opened || !claims || flashes.isEmpty) return;
    const leased = await this.#tried(() => this.store.read(opened.id, claims));
    if (leased) flashes.startOver(claims.begin(leased.flashes));
    // Another process may deliver messages that could not be leased.
    else if (this.store.abilities.consistency === 'strong') flashes.hold();
  }

  /** Gives back messages that were not delivered. */
  giveBack({ flashes, opened, own: { leasedBy } }: SessionDraft): Promised<unknown> {
    if (!flashes.claims) return undefined;
    flashes.claims.release();
    flashes.claims.end();
    return opened && leasedBy ? this.#tried(() => this.store.write({ ...noChanges(opened), leasedBy })) : undefined;
  }

  async #tried<Answer>(ask: () => Promised<Answer>): Promise<Answer | undefined> {
    try {
      return await inTime(ask(), this.config.storeTimeout, 'The store');
    } catch {
      return undefined;
    }
  }
}
