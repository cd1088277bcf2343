import type { SessionChanges } from '../session-changes.js';
import type { SessionRecord } from '../session-record.js';

/**
 * Where sessions are kept: the port to implement for a store of your own.
 *
 * A store deals in records and tokens and knows nothing of HTTP. A *token* is the text in the visitor's cookie: the
 * session's id for a store on the server, the sealed record itself for a store in the cookie. Tokens come from
 * outside: treat every one as hostile.
 */
export abstract class SessionStore {
  /**
   * Finds the session a token stands for.
   *
   * @param token Any text at all; check its form before you touch anything.
   * @returns The record, or `undefined` for every token that does not stand for a live session. Expired records may be
   *   returned; they are refused by the caller.
   * @throws Only when the store cannot be asked: then nobody knows whether there is a session.
   */
  abstract read(token: string): Promise<SessionRecord | undefined>;

  /**
   * Keeps what one request changed. {@link applyChanges} makes the record to keep from what is there now.
   *
   * When `changes.opened` is set, that session must still be there: one that was destroyed or has expired in between is
   * never brought back. When `changes.id` differs from `changes.opened.id`, the record moves, and the old id is dead.
   *
   * @returns The token to send, or `undefined` when the session is gone.
   */
  abstract write(changes: SessionChanges): Promise<string | undefined>;

  /** Ends the session with this id. Ending one that is not there is no error. */
  abstract destroy(id: string): Promise<void>;
}
