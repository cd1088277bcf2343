import type { Clock } from '../../base/clock.js';
import type { Promised } from '../../base/promised.js';
import type { TextPage } from './listing/listing.js';
import type { KeyedText } from './moved-record.js';
import type { StoredText } from './recent-records.js';
import { SessionStore } from './session-store.js';

/** The database of a {@link VersionedSessionStore}: texts under keys, each of which is replaced on condition. */
export abstract class StoreOfTexts extends SessionStore {
  constructor(protected readonly clock: Clock) {
    super();
  }

  /** Reads the text under a key. May leave out what has expired. */
  protected abstract find(key: string): Promised<StoredText | undefined>;
  /**
   * Stores a text under a key that was never used before.
   *
   * @param expiresAt Milliseconds since the epoch.
   * @param userId The user of the session, for a store that can list sessions; left out for everything else.
   */
  protected abstract insert(key: string, text: string, expiresAt: number, userId?: string): Promised<void>;
  /**
   * Replaces the text under a key if its version is still this one. Must be atomic.
   *
   * @returns The new version; `undefined` when another version, or nothing, was stored.
   */
  protected abstract replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string | number,
    userId?: string,
  ): Promised<string | number | undefined>;
  /** Removes the text under a key. */
  protected abstract remove(key: string): Promised<void>;

  /**
   * Replaces the text under one key if its version is still this one, and stores another under a new key. Override it
   * where both can be one atomic step, which saves a round trip at every sign-in.
   *
   * @returns False when another version, or nothing, was stored; then nothing has changed.
   */
  protected async move(from: KeyedText, version: string | number, to: KeyedText): Promise<boolean> {
    // First the new key, which nobody knows yet, then the old one: a crash in between loses nothing.
    await this.insert(to.key, to.text, to.expiresAt, to.userId);
    const isMoved = (await this.replace(from.key, from.text, from.expiresAt, version)) !== undefined;
    if (!isMoved) await this.remove(to.key);
    return isMoved;
  }

  /**
   * Returns the keys of a user's sessions, perhaps with some that no longer exist. Only stores that list sessions
   * have it.
   *
   * @param isThorough True when entries of the user's list may have been lost, so that all sessions must be searched.
   */
  protected keysOf?(userId: string, isThorough?: boolean): Promised<readonly string[]>;
  /**
   * Returns some of all texts, in an order that stays the same, for example that of their keys. Only stores that list
   * sessions have it.
   *
   * @param after Where to continue: a key or a `cursor` that an earlier call returned. Left out for the beginning. Treat
   *   it as hostile: any other string may be ignored.
   * @param limit Maximum number of texts. Fewer, and even none, are returned where `next` names the place to continue.
   */
  protected entriesAfter?(after: string | undefined, limit: number): Promised<TextPage>;
  /** Removes a key from a user's list. Only stores that keep these lists apart from the texts have it. */
  protected unlist?(userId: string, key: string): Promised<void>;
}
