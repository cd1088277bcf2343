import { GatehouseError, SessionTooLargeError, StoreUnavailableError } from '../errors.js';
import type { Clock } from './clock.js';
import type { CookieJar } from './cookie-jar.js';
import { shownAfter, valuesAfter, withMigration } from './fitted-values.js';
import type { FlashLeases } from './flash-leases.js';
import type { Outages } from './outages.js';
import { andThen, type Promised } from './promised.js';
import { changesOf } from './request-changes.js';
import { applyChanges, makingRoom, type SessionChanges } from './session-changes.js';
import type { SessionConfig } from './session-config.js';
import type { SessionCookies } from './session-cookies.js';
import type { SessionDraft } from './session-draft.js';
import { type SessionRecord, userIdOf } from './session-record.js';
import type { SessionRegistry } from './session-registry.js';
import type { SessionReport } from './session-report.js';
import type { SessionSchema } from './session-schema.js';
import type { SessionStore } from './stores/session-store.js';

/** What a writer works with. */
export interface WriterParts {
  readonly store: SessionStore;
  readonly config: SessionConfig;
  readonly clock: Clock;
  readonly registry: SessionRegistry;
  readonly schema: SessionSchema;
  readonly cookies: SessionCookies;
  readonly leases: FlashLeases;
  readonly report: SessionReport;
  readonly outages: Outages;
}

/** Writes what a request made of its session: what changed, that it is renewed or migrated, or that it is over. */
export class SessionWriter {
  constructor(private readonly parts: WriterParts) {}

  /** Writes what changed; of a session that began and ended with nothing in it, nothing stays. */
  async commitChanges(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    await this.assertFits(draft);
    await this.endInStore(draft);
    const isNothing = draft.isNew && draft.isEmpty;
    return isNothing ? this.#leaveNothing(draft, cookies) : this.write(draft, cookies);
  }

  /** Writes an unchanged session where it is due, and puts its cookie in order. */
  commitUnchanged(draft: SessionDraft, cookies: CookieJar): Promised<boolean> {
    const { opened, origin } = draft;
    if (opened?.fitted?.migrated) return this.#migrate(draft, opened, cookies);
    if (opened && this.#isDue(opened)) return this.#renew(draft, cookies);
    if (opened && (opened.hasMoved || this.parts.cookies.isScattered(cookies, origin)))
      return this.write(draft, cookies);
    if (origin.claimed.some((name) => name !== origin.cookie)) this.parts.cookies.clear(draft, cookies);
    const givenBack = this.parts.leases.giveBack(draft);
    return givenBack === undefined || andThen(givenBack, () => true);
  }

  /** Nobody asked for it, so nobody's page fails for it: the next request migrates once more. */
  async #migrate(draft: SessionDraft, opened: SessionRecord, cookies: CookieJar): Promise<boolean> {
    const isDue = this.#isDue(opened);
    try {
      return await (isDue ? this.#renew(draft, cookies) : this.write(draft, cookies));
    } catch (error) {
      if (!(error instanceof GatehouseError) || error instanceof StoreUnavailableError) throw error;
      this.parts.schema.tell(`What sessionData.migrate made of a session could not be stored (${error.code}).`);
      if (opened.fitted) draft.rebase({ ...opened, fitted: { shown: opened.fitted.shown } });
      // Whoever comes every day stays signed in all the same.
      return isDue ? this.#renew(draft, cookies) : true;
    }
  }

  async #renew(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const isKept = await this.write(draft, cookies);
    if (draft.opened) this.parts.report.renewed(draft.opened);
    return isKept;
  }

  /** @returns Whether the session was kept: `false` when it had been ended elsewhere in the meantime. */
  async write(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const place = this.parts.cookies.placeOf(draft, cookies);
    const changes = this.changesOf(draft, place.lineage);
    const token = await this.parts.outages.during('write', () => this.#store(changes));
    if (token === undefined) return this.#findGone(draft, cookies);
    // To remember what the store has made of them costs more than to do it again.
    const kept = applyChanges(changes.opened, changes);
    const isAnothers = userIdOf(changes.opened ?? draft.ended ?? kept) !== userIdOf(kept);
    this.parts.cookies.put(draft, cookies, place, {
      token,
      lifetime: changes.expiresAt - changes.renewedAt,
      isAnothers,
    });
    const record = this.parts.schema.isOn ? { ...kept, fitted: shownAfter(draft) } : kept;
    this.parts.report.written(changes, record, token);
    draft.settle(record);
    return true;
  }

  /** The session has been ended elsewhere meanwhile, or nothing is left in it. */
  async #findGone(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const { isEmpty, opened } = draft;
    // Otherwise the cookie stays: a login in another request may have put a new one in its place by now.
    if (isEmpty) await this.parts.cookies.leave(draft, cookies);
    if (isEmpty && opened) this.parts.report.ended(opened);
    draft.settle(undefined);
    return isEmpty;
  }

  async #leaveNothing(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    if (draft.ended) await this.parts.cookies.leave(draft, cookies);
    else this.parts.cookies.clear(draft, cookies);
    draft.settle(undefined);
    return true;
  }

  /** Ends what the request ended. */
  async endInStore({ ended }: SessionDraft): Promise<void> {
    if (!ended) return;
    await this.parts.outages.during('destroy', () => this.parts.registry.end(ended));
    this.parts.report.ended(ended);
  }

  /** @throws {InvalidSessionDataError} For what does not fit the schema. What somebody else put into the session is theirs to know. */
  async assertFits(draft: SessionDraft): Promise<void> {
    const isOthers = draft.opened?.isForeign && !draft.hasSignedIn;
    if (!this.parts.schema.isOn || isOthers || draft.own.set.size + draft.own.unset.size === 0) return;
    await this.parts.outages.duringSchema(this.parts.schema.assertFits(valuesAfter(draft)));
  }

  #isDue(opened: SessionRecord): boolean {
    return this.parts.config.isDueForRenewal(opened, this.parts.clock.now());
  }

  /** What a store is to write. */
  changesOf(draft: SessionDraft, lineage: SessionChanges['lineage']): SessionChanges {
    return withMigration(changesOf(draft, { now: this.parts.clock.now(), config: this.parts.config, lineage }));
  }

  /** Has the store write, and ends what a sign-in leaves behind. */
  async #store(changes: SessionChanges): Promise<string | undefined> {
    const token = await this.#storeIfItFits(changes);
    const { opened, hasSignedIn, createdAt } = changes;
    if (!hasSignedIn || token === undefined) return token;
    const { registry, cookies } = this.parts;
    if (cookies.tellsApart && opened && opened.createdAt !== createdAt) await registry.endSignIn(opened);
    const userId = changes.set.get('userId');
    if (typeof userId === 'string') await registry.endSurplus(userId);
    return token;
  }

  /** What yields gives way: better to lose that than not to be able to sign in. */
  async #storeIfItFits(changes: SessionChanges): Promise<string | undefined> {
    try {
      return await this.parts.store.write(changes);
    } catch (error) {
      const smaller = error instanceof SessionTooLargeError && makingRoom(changes);
      if (!smaller) throw error;
      return this.parts.store.write(smaller);
    }
  }
}
