import type { Promised } from '../../base/promised.js';
import { SessionsNotListedError, SessionTooLargeError } from '../../errors/index.js';
import type { FlashLease } from '../record/flash-lease.js';
import type { Lineage } from '../record/lineage.js';
import { serializeRecord } from '../record/record-text.js';
import { applyChanges, type SessionChanges } from '../record/session-changes.js';
import { SessionId } from '../record/session-id.js';
import type { SessionRecord } from '../record/session-record.js';
import type { FiledPage, FiledRecord, ListingRequest } from './listing/listing.js';

export type { FiledRecord } from './listing/listing.js';

/** The guarantees of a store. */
export interface StoreAbilities {
  /**
   * How concurrent requests affect each other. `strong`: nothing is lost. `last-write-wins`: the later write may lose
   * changes of the earlier one. `eventual`: in addition, other processes may not see a write for a while.
   */
  readonly consistency: 'strong' | 'last-write-wins' | 'eventual';
  /** True when a session can be ended so that copies of its token identify nothing. */
  readonly endsSessions: boolean;
  /** True when the sessions of a user can be listed, and therefore ended one by one: `list` and `revoke` work. */
  readonly listsSessions: boolean;
}

/** Computes changes of a session from the one that is stored now; `undefined` leaves it as it is. */
export type StoredChange = (current: SessionRecord) => SessionChanges | undefined;

/** The result of a change that did not wait for the commit. */
export interface Altered {
  /** The session that is stored now; `undefined` when it has ended. */
  readonly record: SessionRecord | undefined;
}

/** How carefully a store searches the sessions of a user. */
export interface ListSearch {
  /**
   * True when there must be more sessions than the store has listed: one that keeps the lists of users apart from the
   * sessions then searches all sessions.
   */
  readonly isThorough?: boolean | undefined;
}

/**
 * The base class of all stores: extend it to write your own.
 *
 * A store reads and writes records by their token, and knows nothing of HTTP. A *token* is the string in the
 * visitor's cookie: the session's id for a store on the server, the sealed record itself for a store in the cookie.
 * Tokens come from outside: treat every one as hostile. `describeSessionStore` of `astro-gatehouse/testing` tests
 * that a store fulfils this contract.
 */
export abstract class SessionStore {
  /** The guarantees of this store. Default: those of a store that implements only `read`, `write` and `destroy`. */
  get abilities(): StoreAbilities {
    return { consistency: 'last-write-wins', endsSessions: true, listsSessions: false };
  }

  /**
   * Checks that the store does not lose data early. Called once before a built server answers requests.
   *
   * @throws {EvictingStoreError} When stored data may be dropped before it expires. Any other error counts as an
   *   outage.
   */
  async assertKeeps(): Promise<void> {}

  /**
   * Reads the session that a token identifies.
   *
   * @param token Any string: check its form before you use it.
   * @param lease Passed when the request will read messages. Lease the waiting messages to it in the same step, with
   *   {@link withLease}. A store that cannot do so may ignore it; then two concurrent requests may both deliver one
   *   message.
   * @returns The record, or `undefined` for every token that identifies no live session. Expired records may be
   *   returned; the caller refuses them.
   * @throws Only when the store cannot be read: then it is unknown whether the session exists.
   */
  abstract read(token: string, lease?: FlashLease): Promised<SessionRecord | undefined>;

  /**
   * Checks whether another request has given the session of a token a new id, less than a minute ago, to which this token
   * does not lead (any more). When it returns `true`, the visitor has the new token or is about to receive it, so the cookie
   * is not removed, and a sign-out passes the token to {@link take}, which must then end the session under its new one.
   */
  async isSuperseded(_token: string): Promise<boolean> {
    return false;
  }

  /**
   * Checks whether the session that has taken the place of a token's ({@link isSuperseded}) still exists. When a guest
   * signs in by two requests at once, the later one then begins a session of its own; after a sign-out it does not.
   */
  async hasSuccessor(_token: string): Promise<boolean> {
    return false;
  }

  /** Returns why {@link read} found no session for a token, as far as the token alone shows it. */
  rejectionOf(token: string): 'malformed' | 'unknown' | 'tampered' {
    return SessionId.isWellFormed(token) ? 'unknown' : 'malformed';
  }

  /**
   * Writes the changes of one request. Compute the record to store with {@link applyChanges}, from the currently
   * stored one.
   *
   * When `changes.opened` is set, that session must still exist: a session that was destroyed or has expired in the
   * meantime is never restored. When `changes.id` differs from `changes.opened.id`, the record moves, and the old id
   * becomes invalid. When the changes leave the session empty ({@link isEmptyRecord}), it can no longer be found.
   *
   * @returns The token to send, or `undefined` when the session no longer exists or is empty.
   */
  abstract write(changes: SessionChanges): Promise<string | undefined>;

  /**
   * Checks whether {@link write} would accept the size of these changes, as far as this is known without querying the
   * store.
   */
  async hasRoomFor(changes: SessionChanges): Promise<boolean> {
    return fits(() => serializeRecord(applyChanges(changes.opened, changes), changes.maxSize));
  }

  /**
   * Changes a stored session immediately, and not with the commit of the request. `session.take` and
   * `session.exclusive` need it, so that concurrent requests of all processes agree on which of them was first.
   *
   * @param opened The session as the request knows it.
   * @param change Called with the session that is stored now, and again if that has changed by the time of the write. Its
   *   changes keep the session's id.
   * @returns `undefined` in a store that cannot write on condition.
   */
  async alter(_opened: SessionRecord, _change: StoredChange): Promise<Altered | undefined> {
    return undefined;
  }

  /** Ends the session with this id. Does nothing when it does not exist. */
  abstract destroy(id: string): Promise<void>;

  /**
   * Ends a session as {@link destroy} does, and returns its last contents; `undefined` when it does not exist. A store
   * that loses nothing does both in one step. Default: `read` and `destroy`.
   */
  async take(id: string): Promise<SessionRecord | undefined> {
    const record = await this.read(id);
    await this.destroy(id);
    return record;
  }

  /**
   * Creates a mark, in a store that cannot end sessions: a token that identifies no session and shows that the
   * browser has left one. It contains an empty record with this lineage, which {@link read} must return.
   *
   * @param expiresAt The last moment at which the session that was left could come back, in milliseconds since the
   *   epoch.
   * @returns `undefined` in a store that can end sessions, which needs no mark.
   */
  async mark(_lineage: Lineage, _expiresAt: number): Promise<string | undefined> {
    return undefined;
  }

  /**
   * Lists the live sessions of a user: those whose record has this `userId` among its values.
   *
   * @param _search How carefully to search. Default: as is usual for the store.
   * @throws {SessionsNotListedError} Unless `abilities.listsSessions`.
   */
  async list(_userId: string, _search?: ListSearch): Promise<readonly FiledRecord[]> {
    throw new SessionsNotListedError(this.constructor.name);
  }

  /**
   * Lists the live sessions of all users and guests, in any order that stays the same, page by page. A session that
   * exists from the first page to the last is on one of them, even when requests change it meanwhile; on a later one
   * again if its id changed. Sessions that begin or end meanwhile may be on one.
   *
   * @throws {SessionsNotListedError} Unless `abilities.listsSessions`.
   */
  async listAll(_request: ListingRequest): Promise<FiledPage> {
    throw new SessionsNotListedError(this.constructor.name);
  }

  /**
   * Ends the session that is stored under a key, as {@link destroy} does.
   *
   * @returns Whether it existed.
   * @throws {SessionsNotListedError} Unless `abilities.listsSessions`.
   */
  async revoke(_key: string): Promise<boolean> {
    throw new SessionsNotListedError(this.constructor.name);
  }
}

/** Calls a function and returns false when it throws {@link SessionTooLargeError}. Rethrows any other error. */
export async function fits(make: () => unknown): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (error instanceof SessionTooLargeError) return false;
    throw error;
  }
}
