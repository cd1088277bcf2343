import type { ImpersonationEnd, RejectionReason } from '../event-reasons.js';
import type { SessionChanges } from '../record/session-changes.js';
import { SessionId } from '../record/session-id.js';
import { type SessionRecord, userIdOf } from '../record/session-record.js';
import { emitImpersonationLeft, type SecurityEventFields, type SecurityEvents, shortHash } from '../security-events.js';

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
   * The ended sessions and impersonations already reported. A failing request ends its session immediately, and is committed again with
   * the error page.
   */
  readonly #emittedEnded = new WeakSet<object>();
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

  /**
   * @param record The record as it is now.
   * @param token The token that the store returned for it.
   * @param endedBy The reason why an impersonation ended.
   */
  written(changes: SessionChanges, record: SessionRecord, token: string, endedBy?: ImpersonationEnd): void {
    const { opened, id, hasSignedIn } = changes;
    const userId = userIdOf(record);
    // A token that is an id is the current id of the session, which another request may have changed and reported.
    const keptId = () => (SessionId.isWellFormed(token) ? token : id);
    const subject = () => subjectOf({ ...record, id: keptId() });
    if (!opened) this.events.emit('session.created', subject);
    else if (id !== opened.id && keptId() === id) {
      this.events.emit('session.rotated', () => ({ ...subject(), previous: shortHash(opened.id) }));
    }
    if (opened && userId === undefined) this.#leftBy(opened);
    if (hasSignedIn && userId !== undefined) this.events.emit('login', () => ({ ...subject(), userId }));
    this.#impersonated(opened, record, keptId, endedBy);
  }

  renewed(record: SessionRecord): void {
    this.events.emit('session.renewed', () => subjectOf(record));
  }

  /** @param record The record before it ended. */
  ended(record: SessionRecord): void {
    if (this.#emittedEnded.has(record)) return;
    this.#emittedEnded.add(record);
    emitImpersonationLeft(this.events, shortHash(record.id), record);
    this.events.emit('session.ended', () => ownerOf(record));
    this.#leftBy(record);
  }

  failed(operation: StoreOperation): void {
    this.events.emit('store.failed', () => ({ operation }));
  }

  #refused({ reason, record, token }: Refusal): void {
    const hash = token && shortHash(token);
    if (hash && this.#isLogged(hash)) return;
    const subject = () => (record ? ownerOf(record) : { session: hash });
    // Another cookie of the browser may hold the same session as it is now.
    if (record && reason !== 'left') emitImpersonationLeft(this.events, shortHash(record.id), record);
    if (reason !== 'expired') this.events.emit('session.rejected', () => ({ ...subject(), reason }));
    else if (record) this.events.emit('session.expired', () => ownerOf(record));
  }

  #impersonated(
    opened: SessionRecord | undefined,
    record: SessionRecord,
    idNow: () => string,
    endedBy: ImpersonationEnd | undefined,
  ): void {
    const before = opened?.impersonation;
    const { impersonation } = record;
    const impersonator = userIdOf(record);
    const session = () => shortHash(idNow());
    if (before && before.startedAt !== impersonation?.startedAt && !this.#emittedEnded.has(before)) {
      this.#emittedEnded.add(before);
      const reason = endedBy ?? 'session-ended';
      const owner = userIdOf(opened);
      this.events.emit('impersonation.ended', () => ({
        session: session(),
        userId: userIdOf(before),
        impersonator: owner,
        reason,
      }));
    }
    if (!impersonation || impersonation.startedAt === before?.startedAt) return;
    this.events.emit('impersonation.started', () => ({
      session: session(),
      userId: userIdOf(impersonation),
      impersonator,
    }));
  }

  #isLogged(hash: string): boolean {
    if (this.#emittedRejected.has(hash)) return true;
    if (this.#emittedRejected.size >= MAX_EMITTED) this.#emittedRejected.clear();
    this.#emittedRejected.add(hash);
    return false;
  }

  #leftBy(record: SessionRecord): void {
    const userId = userIdOf(record);
    if (userId !== undefined) this.events.emit('logout', () => ({ ...ownerOf(record), userId }));
  }
}

/** Returns the session, and the user for whom its requests count. */
function subjectOf(record: SessionRecord): {
  session: string;
  userId: string | undefined;
  impersonator?: string | undefined;
} {
  const { impersonation } = record;
  if (!impersonation) return ownerOf(record);
  return { ...ownerOf(record), userId: userIdOf(impersonation), impersonator: userIdOf(record) };
}

/** Returns the session, and the user to whom it belongs. */
function ownerOf(record: SessionRecord): { session: string; userId: string | undefined } {
  return { session: shortHash(record.id), userId: userIdOf(record) };
}
