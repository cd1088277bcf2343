import type { SessionChanges } from '../record/session-changes.js';
import { SessionId } from '../record/session-id.js';
import { type SessionRecord, userIdOf } from '../record/session-record.js';
import { type RejectionReason, type SecurityEventFields, type SecurityEvents, shortHash } from '../security-events.js';

/** The reason why a token opened no session, and the record if one was found. */
export interface Refusal {
  readonly reason: RejectionReason | 'expired';
  readonly token?: string;
  /** The name of the token's cookie. */
  readonly name?: string;
  readonly record?: SessionRecord;
}

/** The operation of a store, or of another part, that failed. */
export type StoreOperation = SecurityEventFields['store.failed']['operation'];

/** Maximum number of invalid cookies to remember as already reported. */
const MAX_EMITTED = 1000;

/** Emits the events of sessions, each once, after it has happened. */
export class SessionReport {
  /**
   * The ended sessions already reported. A failing request ends its session immediately, and is committed again with
   * the error page.
   */
  readonly #emittedEnded = new WeakSet<SessionRecord>();
  /**
   * Hashes of the rejected tokens already reported. They come with every request, because a cookie that may belong to
   * another application is not removed.
   */
  readonly #emittedRejected = new Set<string>();

  constructor(private readonly events: SecurityEvents) {}

  /** Reports tokens that opened no session. */
  refused(refusals: readonly Refusal[]): void {
    // When several sessions are live, only that is reported.
    const ambiguous = refusals.find(({ reason }) => reason === 'ambiguous');
    for (const refusal of ambiguous ? [ambiguous] : refusals) this.#refused(refusal);
  }

  /** @param record The record as it is now. @param token The token that the store returned for it. */
  written({ opened, id, hasSignedIn }: SessionChanges, record: SessionRecord, token: string): void {
    const userId = userIdOf(record);
    // A token that is an id is the current id of the session, which another request may have changed and reported.
    const keptId = () => (SessionId.isWellFormed(token) ? token : id);
    const subject = () => ({ session: shortHash(keptId()), userId });
    if (!opened) this.events.emit('session.created', subject);
    else if (id !== opened.id && keptId() === id) {
      this.events.emit('session.rotated', () => ({ ...subject(), previous: shortHash(opened.id) }));
    }
    if (opened && userId === undefined) this.#leftBy(opened);
    if (hasSignedIn && userId !== undefined) this.events.emit('login', () => ({ ...subject(), userId }));
  }

  renewed(record: SessionRecord): void {
    this.events.emit('session.renewed', () => subjectOf(record));
  }

  /** @param record The record before it ended. */
  ended(record: SessionRecord): void {
    if (this.#emittedEnded.has(record)) return;
    this.#emittedEnded.add(record);
    this.events.emit('session.ended', () => subjectOf(record));
    this.#leftBy(record);
  }

  failed(operation: StoreOperation): void {
    this.events.emit('store.failed', () => ({ operation }));
  }

  #refused({ reason, record, token }: Refusal): void {
    const hash = token && shortHash(token);
    if (hash && this.#isLogged(hash)) return;
    const subject = () => (record ? subjectOf(record) : { session: hash });
    if (reason !== 'expired') this.events.emit('session.rejected', () => ({ ...subject(), reason }));
    else if (record) this.events.emit('session.expired', () => subjectOf(record));
  }

  #isLogged(hash: string): boolean {
    if (this.#emittedRejected.has(hash)) return true;
    if (this.#emittedRejected.size >= MAX_EMITTED) this.#emittedRejected.clear();
    this.#emittedRejected.add(hash);
    return false;
  }

  #leftBy(record: SessionRecord): void {
    const userId = userIdOf(record);
    if (userId !== undefined) this.events.emit('logout', () => ({ ...subjectOf(record), userId }));
  }
}

function subjectOf(record: SessionRecord): { session: string; userId: string | undefined } {
  return { session: shortHash(record.id), userId: userIdOf(record) };
}
