import { type RejectionReason, type SecurityEventFields, type SecurityEvents, shortHash } from './security-events.js';
import type { SessionChanges } from './session-changes.js';
import { SessionId } from './session-id.js';
import { type SessionRecord, userIdOf } from './session-record.js';

/** Why a token opened no session; and what it stood for, where that was found. */
export interface Refusal {
  readonly reason: RejectionReason | 'expired';
  readonly token?: string;
  /** The cookie that the token was in. */
  readonly name?: string;
  readonly record?: SessionRecord;
}

export type StoreOperation = SecurityEventFields['store.failed']['operation'];

/** Cookies that open nothing and of which it is remembered that they were told of. */
const MAX_TOLD = 1000;

/** Tells what becomes of sessions, as a manager sees it: each thing once, and when it has come to pass. */
export class SessionReport {
  /** A request that fails has its sessions ended at once, and is committed again with the error page. */
  readonly #toldEnded = new WeakSet<SessionRecord>();
  /** They come again with every request: what may be another application's is left where it is. */
  readonly #toldRejected = new Set<string>();

  constructor(private readonly events: SecurityEvents) {}

  /** What a request came with opened no session. */
  refused(refusals: readonly Refusal[]): void {
    // Of several that are live all that counts is that they are several.
    const ambiguous = refusals.find(({ reason }) => reason === 'ambiguous');
    for (const refusal of ambiguous ? [ambiguous] : refusals) this.#refused(refusal);
  }

  /** @param record As it is now. @param token What the store gave for it. */
  written({ opened, id, hasSignedIn }: SessionChanges, record: SessionRecord, token: string): void {
    const userId = userIdOf(record);
    // Where a token is an id, it is that of the session; another request may have changed it meanwhile, and told so.
    const keptId = () => (SessionId.isWellFormed(token) ? token : id);
    const subject = () => ({ session: shortHash(keptId()), userId });
    if (!opened) this.events.tell('session.created', subject);
    else if (id !== opened.id && keptId() === id) {
      this.events.tell('session.rotated', () => ({ ...subject(), previous: shortHash(opened.id) }));
    }
    if (opened && userId === undefined) this.#leftBy(opened);
    if (hasSignedIn && userId !== undefined) this.events.tell('login', () => ({ ...subject(), userId }));
  }

  renewed(record: SessionRecord): void {
    this.events.tell('session.renewed', () => subjectOf(record));
  }

  /** @param record As it was. */
  ended(record: SessionRecord): void {
    if (this.#toldEnded.has(record)) return;
    this.#toldEnded.add(record);
    this.events.tell('session.ended', () => subjectOf(record));
    this.#leftBy(record);
  }

  failed(operation: StoreOperation): void {
    this.events.tell('store.failed', () => ({ operation }));
  }

  #refused({ reason, record, token }: Refusal): void {
    const hash = token && shortHash(token);
    if (hash && this.#isTold(hash)) return;
    const subject = () => (record ? subjectOf(record) : { session: hash });
    if (reason !== 'expired') this.events.tell('session.rejected', () => ({ ...subject(), reason }));
    else if (record) this.events.tell('session.expired', () => subjectOf(record));
  }

  #isTold(hash: string): boolean {
    if (this.#toldRejected.has(hash)) return true;
    if (this.#toldRejected.size >= MAX_TOLD) this.#toldRejected.clear();
    this.#toldRejected.add(hash);
    return false;
  }

  #leftBy(record: SessionRecord): void {
    const userId = userIdOf(record);
    if (userId !== undefined) this.events.tell('logout', () => ({ ...subjectOf(record), userId }));
  }
}

function subjectOf(record: SessionRecord): { session: string; userId: string | undefined } {
  return { session: shortHash(record.id), userId: userIdOf(record) };
}
