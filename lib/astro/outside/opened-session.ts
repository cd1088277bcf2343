import type { Visitor } from '../../access/visitor.js';
import { type SessionEnd, SessionEndedError } from '../../errors/index.js';
import type { Look } from './outside-request.js';
import { type ReadOnlySession, readOnly } from './read-only-session.js';
import type { SessionWatch } from './session-watch.js';

/** The reason why a request must not get what it asks for, whoever its visitor is. */
export interface SessionRefusal {
  /** The status to answer with: 403 for another site's page, 503 while it is unknown who the visitor is. */
  readonly status: 403 | 503;
  readonly code: 'CSRF_REFUSED' | 'STORE_UNAVAILABLE';
  /** A phrase for the log. */
  readonly reason: string;
}

/**
 * The session of a request outside a page, and its end. Everything is as it was when it was last read: at the beginning, when
 * a request of this process changed the session, and every `checkEvery` seconds.
 */
export class OpenedSession {
  /** The session. It can be read, and not be changed. */
  readonly session: ReadOnlySession;
  /** Set when the request must be refused. The visitor is a guest then, and {@link ended} is aborted. */
  readonly refusal: SessionRefusal | undefined;
  /**
   * Aborted when the session ends, or its visitor is another one. Its reason is a `SessionEndedError` that tells why. For
   * a guest without a session it never is.
   */
  readonly ended: AbortSignal;
  readonly #seen: Pick<Look, 'session' | 'visitor'>;
  readonly #watch: SessionWatch | undefined;

  /**
   * @param seen What there is of a request that is refused, or whose session has ended in the meantime.
   * @param watch Watches the session of any other.
   */
  constructor(seen: Pick<Look, 'session' | 'visitor'>, watch: SessionWatch | undefined, refusal?: SessionRefusal) {
    this.#seen = seen;
    this.#watch = watch;
    this.session = readOnly(() => this.#now.session);
    this.refusal = refusal;
    this.ended = watch?.ended ?? AbortSignal.abort(new SessionEndedError(endOf(refusal)));
  }

  /** The visitor, with roles and permissions. */
  get visitor(): Visitor {
    return this.#now.visitor;
  }

  /**
   * Calls a function once when the session ends, at once if it has ended.
   *
   * @param act Gets the reason.
   */
  onEnd(act: (why: SessionEnd) => void): void {
    const tell = () => act((this.ended.reason as SessionEndedError).why);
    if (this.ended.aborted) tell();
    else this.ended.addEventListener('abort', tell, { once: true });
  }

  /**
   * Reads the session again now, for example before something that matters.
   *
   * @returns Whether it goes on.
   */
  async check(): Promise<boolean> {
    return this.#watch ? this.#watch.check() : false;
  }

  /** Stops watching, because the connection is closed. Nothing more is told. */
  close(): void {
    this.#watch?.close();
  }

  /** Does the same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  get #now(): Pick<Look, 'session' | 'visitor'> {
    return this.#watch?.last ?? this.#seen;
  }
}

function endOf(refusal: SessionRefusal | undefined): SessionEnd {
  if (!refusal) return 'ended';
  return refusal.status === 403 ? 'refused' : 'unknown';
}
