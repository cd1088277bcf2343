import { SessionsNotListedError, SessionTooLargeError } from '../../errors.js';
import type { FlashLease } from '../flash-lease.js';
import type { Lineage } from '../lineage.js';
import type { Promised } from '../promised.js';
import { serializeRecord } from '../record-text.js';
import { applyChanges, type SessionChanges } from '../session-changes.js';
import { SessionId } from '../session-id.js';
import type { SessionRecord } from '../session-record.js';

/** What a store can be relied on for. */
export interface StoreAbilities {
  /**
   * What requests at once do to each other. `strong`: nothing is lost. `last-write-wins`: the later one may lose what
   * the earlier one changed. `eventual`: besides, what one process has written another may not see for a while.
   */
  readonly consistency: 'strong' | 'last-write-wins' | 'eventual';
  /** Whether a session can be ended so that copies of its token lead nowhere. */
  readonly endsSessions: boolean;
  /** Whether the sessions of a user can be listed, and so ended one by one: then `list` and `revoke` are there. */
  readonly listsSessions: boolean;
}

/** A session as a list has it. */
export interface FiledRecord {
  /** The fingerprint of its id, or 32 characters of it at the least: of no use as a token. */
  readonly key: string;
  readonly record: Omit<SessionRecord, 'id'>;
}

/**
 * Where sessions are kept: the port to implement for a store of your own.
 *
 * A store deals in records and tokens and knows nothing of HTTP. A *token* is the text in the visitor's cookie: the
 * session's id for a store on the server, the sealed record itself for a store in the cookie. Tokens come from
 * outside: treat every one as hostile.
 */
export abstract class SessionStore {
  /** Default: those of a store that knows three verbs and no more. */
  get abilities(): StoreAbilities {
    return { consistency: 'last-write-wins', endsSessions: true, listsSessions: false };
  }

  /**
   * Called once before a built server serves anybody.
   *
   * @throws {EvictingStoreError} When what is kept may go before its time. Anything else that is thrown is an outage.
   */
  async assertKeeps(): Promise<void> {}

  /**
   * Finds the session a token stands for.
   *
   * @param token Any text at all; check its form before you touch anything.
   * @param lease When the request is going to read messages: those that wait are to be leased to it in the same step,
   *   by {@link withLease}. A store that cannot do so may leave it alone; then two requests at once may both deliver one.
   * @returns The record, or `undefined` for every token that does not stand for a live session. Expired records may be
   *   returned; they are refused by the caller.
   * @throws Only when the store cannot be asked: then nobody knows whether there is a session.
   */
  abstract read(token: string, lease?: FlashLease): Promised<SessionRecord | undefined>;

  /**
   * Asked about a token that stands for no session: whether the session it stood for has got another id a moment ago.
   * Then the visitor has the new token already, or is about to get it, and the cookie is left alone.
   */
  async isSuperseded(_token: string): Promise<boolean> {
    return false;
  }

  /**
   * Asked about a token for which {@link read} gave nothing: why it stands for no session, so far as that can be told
   * without asking anybody.
   */
  rejectionOf(token: string): 'malformed' | 'unknown' | 'tampered' {
    return SessionId.isWellFormed(token) ? 'unknown' : 'malformed';
  }

  /**
   * Keeps what one request changed. {@link applyChanges} makes the record to keep from what is there now.
   *
   * When `changes.opened` is set, that session must still be there: one that was destroyed or has expired in between is
   * never brought back. When `changes.id` differs from `changes.opened.id`, the record moves, and the old id is dead.
   * When the changes leave nothing in it ({@link isEmptyRecord}), it is not found any more.
   *
   * @returns The token to send, or `undefined` when the session is gone, or nothing is left in it.
   */
  abstract write(changes: SessionChanges): Promise<string | undefined>;

  /** Whether {@link write} would find these changes small enough, as far as can be told without asking anybody. */
  async hasRoomFor(changes: SessionChanges): Promise<boolean> {
    return fits(() => serializeRecord(applyChanges(changes.opened, changes), changes.maxSize));
  }

  /** Ends the session with this id. Ending one that is not there is no error. */
  abstract destroy(id: string): Promise<void>;

  /**
   * For a store that cannot end sessions: a token that stands for none, and says that the browser has left one. It is an
   * empty record with this lineage, for {@link read} to give back.
   *
   * @param expiresAt Until when a session that was left might come back. Milliseconds since the epoch.
   * @returns `undefined` where sessions can be ended, and nothing has to be said of them.
   */
  async mark(_lineage: Lineage, _expiresAt: number): Promise<string | undefined> {
    return undefined;
  }

  /**
   * The live sessions of a user: those whose record has this `userId` among its values.
   *
   * @throws {SessionsNotListedError} Unless `abilities.listsSessions`.
   */
  async list(_userId: string): Promise<readonly FiledRecord[]> {
    throw new SessionsNotListedError(this.constructor.name);
  }

  /**
   * Ends the session that is filed under a key, as {@link destroy} does.
   *
   * @returns Whether there was one.
   * @throws {SessionsNotListedError} Unless `abilities.listsSessions`.
   */
  async revoke(_key: string): Promise<boolean> {
    throw new SessionsNotListedError(this.constructor.name);
  }
}

/** Whether something is made without turning out to be too large. */
export async function fits(make: () => unknown): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (error instanceof SessionTooLargeError) return false;
    throw error;
  }
}
