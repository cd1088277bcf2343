import { SessionTooLargeError } from '../errors.js';
import { makingRoom, type SessionChanges } from './session-changes.js';
import type { SessionRegistry } from './session-registry.js';
import type { SessionStore } from './stores/session-store.js';

/** Writes what a request changed, and ends what a sign-in leaves behind. */
export class SessionWriter {
  /** @param endsCopies Whether copies of a session that is left are to be ended by a list. */
  constructor(
    private readonly store: SessionStore,
    private readonly registry: SessionRegistry,
    private readonly endsCopies: boolean,
  ) {}

  async write(changes: SessionChanges): Promise<string | undefined> {
    const token = await this.#writeInto(changes);
    const { opened, hasSignedIn, createdAt } = changes;
    if (!hasSignedIn || token === undefined) return token;
    if (this.endsCopies && opened && opened.createdAt !== createdAt) await this.registry.endSignIn(opened);
    const userId = changes.set.get('userId');
    if (typeof userId === 'string') await this.registry.endSurplus(userId);
    return token;
  }

  /** What yields gives way: better to lose that than not to be able to sign in. */
  async #writeInto(changes: SessionChanges): Promise<string | undefined> {
    try {
      return await this.store.write(changes);
    } catch (error) {
      const smaller = error instanceof SessionTooLargeError && makingRoom(changes);
      if (!smaller) throw error;
      return this.store.write(smaller);
    }
  }
}
