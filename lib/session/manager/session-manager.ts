import { Clock } from '../../base/clock.js';
import { andThen, type Promised, whenOver } from '../../base/promised.js';
import { InvalidOverrideError } from '../../errors/index.js';
import { injectable } from '../../injectable.js';
import type { CookieJar } from '../cookies/cookie-jar.js';
import { SessionCookies } from '../cookies/session-cookies.js';
import { SessionSearch } from '../cookies/session-search.js';
import type { SessionDraft } from '../draft/session-draft.js';
import { FlashLedger } from '../flashes/flash-claims.js';
import { FlashLeases } from '../flashes/flash-leases.js';
import { endAfter } from '../record/request-changes.js';
import { SecurityEvents } from '../security-events.js';
import { draftOf, Session } from '../session.js';
import { SessionConfig } from '../session-config.js';
import { SessionRegistry } from '../session-registry.js';
import { SessionSchema } from '../session-schema.js';
import { ExclusiveRuns } from '../steps/exclusive-runs.js';
import { RequestSteps, type StepsParts } from '../steps/request-steps.js';
import { NoRevocationList } from '../stores/revocation-list.js';
import { SessionStore } from '../stores/session-store.js';
import { Outages } from './outages.js';
import { SessionOpener } from './session-opener.js';
import { SessionReport } from './session-report.js';
import { SessionWriter } from './session-writer.js';

/**
 * Opens the session of a request from its cookie, and commits it: stores its changes and sets its cookie. No other
 * class decides when a session is written.
 */
@injectable()
export class SessionManager {
  readonly #cookies: SessionCookies;
  readonly #leases: FlashLeases;
  #ledger: FlashLedger | undefined;
  readonly #opener: SessionOpener;
  readonly #writer: SessionWriter;
  readonly #steps: StepsParts;

  constructor(
    private readonly store: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
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
    this.#steps = { ...parts, runs: new ExclusiveRuns(clock) };
  }

  /**
   * Creates a manager without a container and without a revocation list. Its sessions do not have to be committed: a
   * message that one of them has read stays available to others.
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
   * Opens the session of a request. Returns a new, empty session when no cookie identifies a live one (unknown,
   * tampered, expired, ambiguous). When the store cannot be read, returns a session that is unavailable and cannot be
   * changed.
   *
   * @param readsMessages `true` for a request that will read messages: they are leased to it immediately. `false` for
   *   a request whose response cannot show messages: it receives none.
   */
  open(cookies: CookieJar, readsMessages?: boolean): Promised<Session> {
    return andThen(this.#find(cookies, readsMessages), (session) => session ?? this.begin());
  }

  /**
   * Opens the session of a request as {@link open} does, but creates none. When a subclass overrides `open`, its
   * method is called for every request.
   *
   * @returns `undefined` when the request has no session cookie.
   * @throws {InvalidOverrideError} When an overridden `open` returns no `Session`: its visitors would become guests
   *   and lose their data.
   */
  find(cookies: CookieJar): Promised<Session | undefined> {
    if (this.open === SessionManager.prototype.open) return this.#find(cookies);
    return andThen(this.open(cookies), (session: unknown) => {
      if (session instanceof Session) return session;
      const { name } = this.constructor;
      throw new InvalidOverrideError(
        'SessionManager',
        name,
        'open() returned no Session. Return the result of super.open(…).',
      );
    });
  }

  #find(cookies: CookieJar, readsMessages?: boolean): Promised<Session | undefined> {
    const carried = this.#cookies.carried(cookies);
    if (carried.length === 0) return undefined;
    const ledger = readsMessages === false || cookies.isReadOnly ? undefined : this.#ledger;
    const arrivedAt = this.#steps.runs.moment();
    const origin = this.#cookies.nowhere(cookies.isReadOnly);
    const opened = andThen(this.#opener.open(carried, origin, ledger), (session) =>
      this.#withSteps(session, arrivedAt, cookies),
    );
    if (readsMessages === undefined || cookies.isReadOnly) return opened;
    return andThen(opened, (session) => {
      if (readsMessages) return this.lease(session).then(() => session);
      draftOf(session).flashes.hold();
      return session;
    });
  }

  /** Creates a session that is not stored yet. */
  begin(): Session {
    return this.#withSteps(this.#opener.begin(this.#cookies.nowhere()), this.#steps.runs.moment());
  }

  #withSteps(session: Session, arrivedAt: number, cookies?: CookieJar): Session {
    const draft = draftOf(session);
    const { opened } = draft;
    draft.wasBrowserClosed = opened !== undefined && !!cookies && this.#cookies.presence.isGone(opened, cookies);
    draft.expiry = () => endAfter(draft, { now: this.clock.now(), config: this.config });
    draft.steps = new RequestSteps(this.#steps, draft, arrivedAt);
    return session;
  }

  /**
   * Reserves the messages of a session for this process until the session is committed or the messages are released.
   */
  lease(session: Session): Promise<void> {
    return this.#leases.take(draftOf(session));
  }

  /**
   * Stores the changes and sets the cookie on the response. As soon as it is called, further changes of the session
   * throw.
   *
   * @returns Whether the session was stored: `false` when it had been ended elsewhere in the meantime, had got
   *   another id in a way that this request cannot follow, or is a new one that would replace a session whose cookie
   *   the browser did not send.
   * @throws {StoreUnavailableError} When the store cannot be reached, or fails to store the changes.
   * @throws {InvalidSessionDataError} When the changed session does not match the schema.
   */
  commit(session: Session, cookies: CookieJar): Promised<boolean> {
    const draft = draftOf(session);
    draft.close();
    return whenOver(
      () => this.#commit(draft, cookies),
      () => draft.steps?.end(),
    );
  }

  #commit(draft: SessionDraft, cookies: CookieJar): Promised<boolean> {
    const { failure, isDirty } = draft;
    // A known session can be ended even when something else about it, such as its visitor, is unknown.
    const isEnded = draft.wasEnded && draft.isEmpty && draft.ended !== undefined;
    if (failure && !isEnded) return isDirty ? Promise.reject(failure) : true;
    // The visitor's cookie already holds the session's new id, or will soon: this response must not replace it.
    if (draft.isSuperseded) return !isDirty;
    if (!isDirty) return this.#writer.commitUnchanged(draft, cookies);
    return !this.#cookies.isInPassing(draft, cookies) && this.#writer.commitChanges(draft, cookies);
  }

  /** Writes the session whether it changed or not. @returns As {@link commit} does. */
  async save(session: Session, cookies: CookieJar): Promise<boolean> {
    const draft = draftOf(session);
    await this.#writer.assertFits(draft);
    await this.#writer.endInStore(draft);
    return whenOver(
      () => this.#writer.write(draft, cookies),
      () => draft.steps?.end(),
    );
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

  /**
   * Ends the session that the request ended and gives its messages back. Nothing else is possible when no response
   * will carry a cookie.
   */
  async abandon(session: Session): Promise<void> {
    const draft = draftOf(session);
    draft.steps?.end();
    await this.#leases.giveBack(draft);
    await this.#writer.endInStore(draft);
  }

  /**
   * Returns true when the session is not stored because it would replace one whose cookie the browser did not send.
   */
  isInPassing(session: Session, cookies: CookieJar): boolean {
    return this.#cookies.isInPassing(draftOf(session), cookies);
  }

  /**
   * Checks whether a commit would store the session's current contents. Called before something is put there for a
   * later page that can also be shown immediately.
   */
  async canKeep(session: Session): Promise<boolean> {
    const draft = draftOf(session);
    if (draft.failure || draft.isSuperseded) return false;
    return this.store.hasRoomFor(this.#writer.changesOf(draft, this.#cookies.longestLineage(draft)));
  }
}
