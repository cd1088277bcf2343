import type { Clock } from '../../base/clock.js';
import { andThen, type Promised } from '../../base/promised.js';
import { GatehouseError, SessionTooLargeError, StoreUnavailableError } from '../../errors/index.js';
import type { CookieJar } from '../cookies/cookie-jar.js';
import type { SessionCookies } from '../cookies/session-cookies.js';
import type { Place } from '../cookies/session-place.js';
import type { SessionDraft } from '../draft/session-draft.js';
import type { FlashLeases } from '../flashes/flash-leases.js';
import { shownAfter, valuesAfter, withMigration } from '../record/fitted-values.js';
import { changesOf } from '../record/request-changes.js';
import { applyChanges, makingRoom, type SessionChanges } from '../record/session-changes.js';
import { type SessionRecord, userIdOf } from '../record/session-record.js';
import type { SessionConfig } from '../session-config.js';
import type { SessionRegistry } from '../session-registry.js';
import type { SessionSchema } from '../session-schema.js';
import type { SessionStore } from '../stores/session-store.js';
import { sessionChannel } from '../watch/session-channel.js';
import type { Outages } from './outages.js';
import type { SessionReport } from './session-report.js';

/** The collaborators of a writer. */
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

/** Writes a session after a request: its changes, its renewal, its migration or its end. */
export class SessionWriter {
  constructor(private readonly parts: WriterParts) {}

  /** Writes the changes. A session that is new and empty is not stored. */
  async commitChanges(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    await this.assertFits(draft);
    await this.endInStore(draft);
    const isNothing = draft.isNew && draft.isEmpty;
    return isNothing ? this.#leaveNothing(draft, cookies) : this.write(draft, cookies);
  }

  /**
   * Writes an unchanged session when it is due for renewal or migration, and tidies its cookies. A quiet request leaves
   * that to another one, but for the new id of the session, which would otherwise be lost.
   */
  commitUnchanged(draft: SessionDraft, cookies: CookieJar): Promised<boolean> {
    const { opened, origin, isQuiet } = draft;
    if (opened && !isQuiet) {
      if (opened.fitted?.migrated) return this.#migrate(draft, opened, cookies);
      if (this.#isDue(opened)) return this.#renew(draft, cookies);
      if (this.parts.cookies.isScattered(cookies, origin)) return this.write(draft, cookies);
    }
    if (opened?.hasMoved) return this.write(draft, cookies);
    const isTidy = isQuiet || origin.claimed.every((name) => name === origin.cookie);
    if (!isTidy) this.parts.cookies.clear(draft, cookies);
    const givenBack = this.parts.leases.giveBack(draft);
    return givenBack === undefined || andThen(givenBack, () => true);
  }

  /**
   * Writes the migrated values. A failure does not fail the page, because no user asked for the migration: the next
   * request tries again.
   */
  async #migrate(draft: SessionDraft, opened: SessionRecord, cookies: CookieJar): Promise<boolean> {
    const isDue = this.#isDue(opened);
    try {
      return await (isDue ? this.#renew(draft, cookies) : this.write(draft, cookies));
    } catch (error) {
      if (!(error instanceof GatehouseError) || error instanceof StoreUnavailableError) throw error;
      this.parts.schema.log(`The result of sessionData.migrate for a session could not be stored (${error.code}).`);
      if (opened.fitted) draft.rebase({ ...opened, fitted: { shown: opened.fitted.shown } });
      // Without this renewal, a user who comes every day would be signed out.
      return isDue ? this.#renew(draft, cookies) : true;
    }
  }

  async #renew(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const isKept = await this.write(draft, cookies);
    if (isKept && draft.opened) this.parts.report.renewed(draft.opened);
    return isKept;
  }

  /**
   * Writes the session and sets its cookie. @returns Whether it was stored: `false` when it had been ended elsewhere.
   */
  async write(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const place = this.parts.cookies.placeOf(draft, cookies);
    const { outages, registry } = this.parts;
    const presence = draft.hasSignedIn ? this.parts.cookies.presence.begin(draft.visitor.isRemembered) : undefined;
    if (presence) draft.visitor.presence = presence.fingerprint;
    const own = this.changesOf(draft, place.lineage);
    const { changes, token } = await outages.during('write', async () => {
      const changes = await registry.withEpoch(own);
      return { changes, token: await this.#store(changes) };
    });
    if (token === undefined) return this.#findGone(draft, cookies);
    // Applying the changes again is cheaper than getting the result back from the store.
    const kept = applyChanges(changes.opened, changes);
    const isAnothers = userIdOf(changes.opened ?? draft.ended ?? kept) !== userIdOf(kept);
    if (isAnothers || !isInBrowser(draft, token, place)) {
      const lifetime = changes.expiresAt - this.parts.clock.now();
      const isLasting = this.parts.config.hasLastingCookie(kept);
      this.parts.cookies.put(draft, cookies, place, { token, lifetime: isLasting ? lifetime : undefined, isAnothers });
    }
    if (changes.hasSignedIn) {
      this.parts.cookies.presence.put(cookies, presence);
      draft.wasBrowserClosed = false;
    }
    const record = this.parts.schema.isOn ? { ...kept, fitted: shownAfter(draft) } : kept;
    this.parts.report.written(changes, record, token, draft.impersonating.endedBy);
    if (changes.opened) announce(changes.opened.id, changes, isAnothers);
    draft.settle(record);
    return true;
  }

  /**
   * Settles a session that was ended elsewhere meanwhile, or that is now empty. One that another request has given an id
   * which this one cannot follow, as a sign-in does, is left alone with its cookie, and who signs in begins another one.
   */
  async #findGone(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    const { isEmpty, opened } = draft;
    if (opened && (await this.parts.outages.during('read', () => this.parts.store.isSuperseded(opened.id)))) {
      return this.#leaveSuperseded(draft, opened, cookies);
    }
    // If it is not empty, the cookie stays: a login in another request may already have replaced it.
    if (isEmpty) await this.parts.cookies.leave(draft, cookies);
    if (isEmpty && opened) this.parts.report.ended(opened);
    if (opened) sessionChannel.announce(opened.id, isEmpty ? 'ended' : 'changed');
    draft.settle(undefined);
    return isEmpty;
  }

  /**
   * Leaves a session to the request that has given it another id. A guest's sign-in begins one of its own: after a
   * double click, the browser gets the second answer only. Once the other one has ended, it would undo a sign-out.
   */
  async #leaveSuperseded(draft: SessionDraft, opened: SessionRecord, cookies: CookieJar): Promise<boolean> {
    const { outages, store, clock } = this.parts;
    const isGuests = (opened.fitted?.shown ?? opened.values).get('userId') === undefined;
    if (draft.hasSignedIn && isGuests && (await outages.during('read', () => store.hasSuccessor(opened.id)))) {
      draft.beginAnew(opened, clock.now());
      await this.assertFits(draft);
      return this.write(draft, cookies);
    }
    draft.settle(undefined);
    draft.superseded = opened.id;
    return false;
  }

  async #leaveNothing(draft: SessionDraft, cookies: CookieJar): Promise<boolean> {
    if (draft.ended || draft.superseded !== undefined) await this.parts.cookies.leave(draft, cookies);
    else this.parts.cookies.clear(draft, cookies);
    draft.settle(undefined);
    return true;
  }

  /** Ends the session that the request ended, in the store. */
  async endInStore({ ended, wasEnded, superseded }: SessionDraft): Promise<void> {
    const { outages, registry, report } = this.parts;
    if (ended) {
      await outages.during('destroy', () => registry.end(ended));
      report.ended(ended);
    } else if (wasEnded && superseded !== undefined) {
      const record = await outages.during('destroy', () => registry.endSuperseded(superseded));
      if (record) report.ended(record);
    }
  }

  /**
   * Checks the session against the schema. Does not check changes of a session that another part of the application
   * stored. @throws {InvalidSessionDataError}
   */
  async assertFits(draft: SessionDraft): Promise<void> {
    const isOthers = draft.opened?.isForeign && !draft.hasSignedIn;
    if (!this.parts.schema.isOn || isOthers || draft.own.set.size + draft.own.unset.size === 0) return;
    await this.parts.outages.duringSchema(this.parts.schema.assertFits(valuesAfter(draft)));
  }

  #isDue(opened: SessionRecord): boolean {
    return this.parts.config.isDueForRenewal(opened, this.parts.clock.now());
  }

  /** Returns the changes for the store, including those of a migration. */
  changesOf(draft: SessionDraft, lineage: SessionChanges['lineage']): SessionChanges {
    return withMigration(changesOf(draft, { now: this.parts.clock.now(), config: this.parts.config, lineage }));
  }

  /** Writes to the store, and after a sign-in ends the sessions that it replaces. */
  async #store(changes: SessionChanges): Promise<string | undefined> {
    const token = await this.#storeIfItFits(changes);
    const { opened, hasSignedIn, createdAt } = changes;
    if (opened && changes.impersonation === null) await this.parts.registry.endImpersonation(opened);
    if (!hasSignedIn || token === undefined) return token;
    const { registry, cookies } = this.parts;
    if (cookies.tellsApart && opened && opened.createdAt !== createdAt) await registry.endSignIn(opened);
    const userId = changes.set.get('userId');
    if (typeof userId === 'string') await registry.endSurplus(userId);
    return token;
  }

  /** Drops messages that yield if there is no room otherwise: losing them is better than failing a sign-in. */
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

/** Announces a change to open connections of the session. @param isAnothers True when it belongs to another user now. */
function announce(former: string, { id, hasSignedIn }: SessionChanges, isAnothers: boolean): void {
  // Who signs in goes on with another cookie, also where the store cannot end the session of the former one.
  if (hasSignedIn || isAnothers) sessionChannel.announce(former, 'ended');
  else if (id !== former) sessionChannel.announceMove(former, id);
  else sessionChannel.announce(former, 'changed');
}

/**
 * Checks whether a quiet request can do without a cookie, because the browser has it. One that arrives late would
 * replace a cookie that another request has renewed meanwhile.
 */
function isInBrowser({ isQuiet, opened, origin }: SessionDraft, token: string, place: Place): boolean {
  return isQuiet && token === opened?.id && !opened.hasMoved && place.cookie === origin.cookie;
}
