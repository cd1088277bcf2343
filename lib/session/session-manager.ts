import { GatehouseError, InvalidOverrideError, StoreUnavailableError } from '../errors.js';
import { injectable } from '../injectable.js';
import { Clock } from './clock.js';
import type { CookieJar } from './cookie-jar.js';
import { shownAfter, valuesAfter, withMigration } from './fitted-values.js';
import { FlashLedger } from './flash-claims.js';
import { FlashLeases } from './flash-leases.js';
import { Outages } from './outages.js';
import { andThen, type Promised } from './promised.js';
import { changesOf } from './request-changes.js';
import { NoRevocationList } from './revocation-list.js';
import { SecurityEvents } from './security-events.js';
import { draftOf, Session } from './session.js';
import { applyChanges, type SessionChanges } from './session-changes.js';
import { SessionConfig } from './session-config.js';
import { SessionCookies } from './session-cookies.js';
import type { SessionDraft } from './session-draft.js';
import { SessionOpener } from './session-opener.js';
import { type SessionRecord, userIdOf } from './session-record.js';
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
  readonly #outages: Outages;
  readonly #report: SessionReport;
  readonly #writer: SessionWriter;

  constructor(
    private readonly store: SessionStore,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly registry: SessionRegistry,
    events: SecurityEvents,
    private readonly schema: SessionSchema = new SessionSchema(),
  ) {
    this.#cookies = new SessionCookies(store, config, clock);
    this.#leases = new FlashLeases(store, config);
    this.#ledger = new FlashLedger(clock);
    this.#report = new SessionReport(events);
    this.#outages = new Outages(this.#report, config.storeTimeout);
    this.#opener = new SessionOpener({
      ...{ store, config, registry, schema },
      ...{ cookies: this.#cookies, report: this.#report, outages: this.#outages },
      search: new SessionSearch(store, config, clock, registry),
    });
    this.#writer = new SessionWriter(store, registry, this.#cookies.tellsApart);
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
    if (!isDirty) return this.#commitUnchanged(draft, cookies);
    return !this.#cookies.isInPassing(draft, cookies) && this.#commitChanges(draft, cookies);
  }

  /** Writes the session whether it changed or not. @returns As {@link commit} does. */
  async save(session: Session, cookies: CookieJar): Promise<boolean> {
    const draft = draftOf(session);
    await this.#assertFits(draft);
    await this.#endInStore(draft);
    return this.#write(draft, cookies);
  }

  /** Ends a session and removes its cookie. */
  async end(session: Session, cookies: CookieJar): Promise<void> {
    session.destroy();
    const draft = draftOf(session);
    await this.#endInStore(draft);
    this.#cookies.remove(draft, cookies);
    await this.#cookies.leave(draft, cookies);
    draft.settle(undefined);
  }

  /** Ends what the request ended and gives messages back: all that can be done when no answer will carry a cookie. */
  async abandon(session: Session): Promise<void> {
    const draft = draftOf(session);
    await this.#leases.giveBack(draft);
    await this.#endInStore(draft);
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
    return this.store.hasRoomFor(this.#changesOf(draft, this.#cookies.longestLineage(draft)));
  }

  async #commitChanges(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    await this.#assertFits(draft);
    await this.#endInStore(draft);
    const isNothing = draft.isNew && draft.isEmpty;
    return isNothing ? this.#leaveNothing(draft, cookies) : this.#write(draft, cookies);
  }

  #commitUnchanged(draft: SessionDraft, cookies: CookieJar): Promised<boolean> {
    const { opened, origin } = draft;
    if (opened?.fitted?.migrated) return this.#migrate(draft, opened, cookies);
    if (opened && this.#isDue(opened)) return this.#renew(draft, cookies);
    if (opened && (opened.hasMoved || this.#cookies.isScattered(cookies, origin))) return this.#write(draft, cookies);
    if (origin.claimed.some((name) => name !== origin.cookie)) this.#cookies.clear(draft, cookies);
    const givenBack = this.#leases.giveBack(draft);
    return givenBack === undefined || andThen(givenBack, () => true);
  }

  /** Nobody asked for it, so nobody's page fails for it: the next request migrates once more. */
  async #migrate(draft: SessionDraft, opened: SessionRecord, cookies: CookieJar): Promise<boolean> {
    const isDue = this.#isDue(opened);
    try {
      return await (isDue ? this.#renew(draft, cookies) : this.#write(draft, cookies));
    } catch (error) {
      if (!(error instanceof GatehouseError) || error instanceof StoreUnavailableError) throw error;
      this.schema.tell(`What sessionData.migrate made of a session could not be stored (${error.code}).`);
      if (opened.fitted) draft.rebase({ ...opened, fitted: { shown: opened.fitted.shown } });
      // Whoever comes every day stays signed in all the same.
      return isDue ? this.#renew(draft, cookies) : true;
    }
  }

  async #renew(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const isKept = await this.#write(draft, cookies);
    if (draft.opened) this.#report.renewed(draft.opened);
    return isKept;
  }

  async #write(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const place = this.#cookies.placeOf(draft, cookies);
    const changes = this.#changesOf(draft, place.lineage);
    const token = await this.#outages.during('write', () => this.#writer.write(changes));
    if (token === undefined) return this.#findGone(draft, cookies);
    // To remember what the store has made of them costs more than to do it again.
    const kept = applyChanges(changes.opened, changes);
    const isAnothers = userIdOf(changes.opened ?? draft.ended ?? kept) !== userIdOf(kept);
    this.#cookies.put(draft, cookies, place, { token, lifetime: changes.expiresAt - changes.renewedAt, isAnothers });
    const record = this.schema.isOn ? { ...kept, fitted: shownAfter(draft) } : kept;
    this.#report.written(changes, record, token);
    draft.settle(record);
    return true;
  }

  /** The session has been ended elsewhere meanwhile, or nothing is left in it. */
  async #findGone(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const { isEmpty, opened } = draft;
    // Otherwise the cookie stays: a login in another request may have put a new one in its place by now.
    if (isEmpty) await this.#cookies.leave(draft, cookies);
    if (isEmpty && opened) this.#report.ended(opened);
    draft.settle(undefined);
    return isEmpty;
  }

  async #leaveNothing(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    if (draft.ended) await this.#cookies.leave(draft, cookies);
    else this.#cookies.clear(draft, cookies);
    draft.settle(undefined);
    return true;
  }

  async #endInStore({ ended }: SessionDraft): Promise<void> {
    if (!ended) return;
    await this.#outages.during('destroy', () => this.registry.end(ended));
    this.#report.ended(ended);
  }

  /** What somebody else put into the session is theirs to know. */
  async #assertFits(draft: SessionDraft): Promise<void> {
    const isOthers = draft.opened?.isForeign && !draft.hasSignedIn;
    if (!this.schema.isOn || isOthers || draft.set.size + draft.unset.size === 0) return;
    await this.#outages.duringSchema(this.schema.assertFits(valuesAfter(draft)));
  }

  #isDue(opened: SessionRecord): boolean {
    return this.config.isDueForRenewal(opened, this.clock.now());
  }

  #changesOf(draft: SessionDraft, lineage: SessionChanges['lineage']): SessionChanges {
    return withMigration(changesOf(draft, { now: this.clock.now(), config: this.config, lineage }));
  }
}
