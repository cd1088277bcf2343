import { InvalidOverrideError } from '../errors.js';
import { injectable } from '../injectable.js';
import { Clock } from './clock.js';
import type { CookieJar } from './cookie-jar.js';
import { FlashLedger } from './flash-claims.js';
import { FlashLeases } from './flash-leases.js';
import { Outages } from './outages.js';
import { andThen, type Promised } from './promised.js';
import { NoRevocationList } from './revocation-list.js';
import { SecurityEvents } from './security-events.js';
import { draftOf, Session } from './session.js';
import { SessionConfig } from './session-config.js';
import { SessionCookies } from './session-cookies.js';
import { SessionOpener } from './session-opener.js';
import { SessionRegistry } from './session-registry.js';
import { SessionReport } from './session-report.js';
import { SessionSchema } from './session-schema.js';
import { SessionSearch } from './session-search.js';
import { SessionWriter } from './session-writer.js';
import { SessionStore } from './stores/session-store.js';

/** Opens a session from its cookie, and commits it into one: the only place that knows when a session is written. */
@injectable()
export class SessionManager {
  readonly #cookies: SessionCookies;
  readonly #leases: FlashLeases;
  #ledger: FlashLedger | undefined;
  readonly #opener: SessionOpener;
  readonly #writer: SessionWriter;

  constructor(
    private readonly store: SessionStore,
    config: SessionConfig,
    clock: Clock,
    registry: SessionRegistry,
    events: SecurityEvents,
    schema: SessionSchema = new SessionSchema(),
  ) {
    this.#cookies = new SessionCookies(store, config, clock);
    this.#leases = new FlashLeases(store, config);
    this.#ledger = new FlashLedger(clock);
    const report = new SessionReport(events);
    const outages = new Outages(report, config.storeTimeout);
    const parts = { store, config, clock, registry, schema, cookies: this.#cookies, report, outages };
    this.#opener = new SessionOpener({ ...parts, search: new SessionSearch(store, config, clock, registry) });
    this.#writer = new SessionWriter({ ...parts, leases: this.#leases });
  }

  /**
   * A manager without a container around it, and without a list of revocations. Its sessions need not be committed: a
   * message that one of them reads is there for others.
   */
  static over(
    store: SessionStore,
    config: SessionConfig,
    clock = new Clock(),
    events = new SecurityEvents(clock),
  ): SessionManager {
    const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, events);
    const manager = new SessionManager(store, config, clock, registry, events);
    manager.#ledger = undefined;
    return manager;
  }

  /**
   * Finds the session of a request. Whatever does not stand for a live session (unknown, tampered, expired, ambiguous)
   * gives a new, empty one. So does a store that cannot be asked; that session is unavailable, and cannot be changed.
   *
   * @param readsMessages `true` for a request that is going to read messages: then they are leased at once. `false` for one
   *   whose answer cannot show any: it is given none.
   */
  open(cookies: CookieJar, readsMessages?: boolean): Promised<Session> {
    return andThen(this.#find(cookies, readsMessages), (session) => session ?? this.begin());
  }

  /**
   * Finds the session of a request, as {@link open} does; one that overrides it is asked about every request.
   *
   * @returns `undefined` where no cookie stands for one.
   * @throws {InvalidOverrideError} For one that gives none: its visitors would be guests, and lose what they have.
   */
  find(cookies: CookieJar): Promised<Session | undefined> {
    if (this.open === SessionManager.prototype.open) return this.#find(cookies);
    return andThen(this.open(cookies), (session: unknown) => {
      if (session instanceof Session) return session;
      const { name } = this.constructor;
      throw new InvalidOverrideError(
        'SessionManager',
        name,
        'open() gave no Session. Return what super.open(…) gives.',
      );
    });
  }

  #find(cookies: CookieJar, readsMessages?: boolean): Promised<Session | undefined> {
    const carried = this.#cookies.carried(cookies);
    if (carried.length === 0) return undefined;
    const ledger = readsMessages === false ? undefined : this.#ledger;
    const opened = this.#opener.open(carried, this.#cookies.nowhere(), ledger);
    if (readsMessages === undefined) return opened;
    return andThen(opened, (session) => {
      if (readsMessages) return this.lease(session).then(() => session);
      draftOf(session).flashes.hold();
      return session;
    });
  }

  /** Begins a session of which nothing is stored. */
  begin(): Session {
    return this.#opener.begin(this.#cookies.nowhere());
  }

  /** Keeps the messages of a session from other processes until it is committed or released. */
  lease(session: Session): Promise<void> {
    return this.#leases.take(draftOf(session));
  }

  /**
   * Stores what changed and puts the cookie on the answer. From its first moment on, changes of the session throw.
   *
   * @returns Whether the session was kept: `false` when it had been ended elsewhere in the meantime, or would have begun
   *   in passing.
   * @throws {StoreUnavailableError} When the store could not be asked, or cannot keep what changed.
   * @throws {InvalidSessionDataError} When what changed does not fit the schema.
   */
  commit(session: Session, cookies: CookieJar): Promised<boolean> {
    const draft = draftOf(session);
    draft.close();
    const { failure, isDirty } = draft;
    // Whoever is to be signed out need not be known, if only their session is.
    const isEnded = draft.wasEnded && draft.isEmpty && draft.ended !== undefined;
    if (failure && !isEnded) return isDirty ? Promise.reject(failure) : true;
    // The visitor's cookie is, or will be in a moment, that of the session's new id, which must not be lost.
    if (draft.isSuperseded && !draft.hasSignedIn) return !isDirty;
    if (!isDirty) return this.#writer.commitUnchanged(draft, cookies);
    return !this.#cookies.isInPassing(draft, cookies) && this.#writer.commitChanges(draft, cookies);
  }

  /** Writes the session whether it changed or not. @returns As {@link commit} does. */
  async save(session: Session, cookies: CookieJar): Promise<boolean> {
    const draft = draftOf(session);
    await this.#writer.assertFits(draft);
    await this.#writer.endInStore(draft);
    return this.#writer.write(draft, cookies);
  }

  /** Ends a session and removes its cookie. */
  async end(session: Session, cookies: CookieJar): Promise<void> {
    session.destroy();
    const draft = draftOf(session);
    await this.#writer.endInStore(draft);
    this.#cookies.remove(draft, cookies);
    await this.#cookies.leave(draft, cookies);
    draft.settle(undefined);
  }

  /** Ends what the request ended and gives messages back: all that can be done when no answer will carry a cookie. */
  async abandon(session: Session): Promise<void> {
    const draft = draftOf(session);
    await this.#leases.giveBack(draft);
    await this.#writer.endInStore(draft);
  }

  /** Whether it is not kept, for it would take the place of one that could not be sent. @internal */
  isInPassing(session: Session, cookies: CookieJar): boolean {
    return this.#cookies.isInPassing(draftOf(session), cookies);
  }

  /**
   * Whether a commit would keep what is in the session by now: asked before something is put there for a later page that
   * can be shown at once instead.
   */
  async canKeep(session: Session): Promise<boolean> {
    const draft = draftOf(session);
    if (draft.failure || (draft.isSuperseded && !draft.hasSignedIn)) return false;
    return this.store.hasRoomFor(this.#writer.changesOf(draft, this.#cookies.longestLineage(draft)));
  }
}
