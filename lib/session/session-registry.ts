import { Clock } from '../base/clock.js';
import type { Promised } from '../base/promised.js';
import { inTurns } from '../base/waiting.js';
import { InvalidOptionsError, SessionListIncompleteError, SessionsNotListedError } from '../errors/index.js';
import { injectable } from '../injectable.js';
import type { ImpersonationEnd } from './event-reasons.js';
import { ListedSession } from './listed-session.js';
import type { SessionChanges } from './record/session-changes.js';
import { type SessionRecord, userIdOf } from './record/session-record.js';
import { RevokedSessions } from './registry/revoked-sessions.js';
import { isOf, isUnder, SessionDirectory } from './registry/session-directory.js';
import {
  type EventSubject,
  emitImpersonationLeft,
  SecurityEvents,
  shortHashOfKey,
  subjectOf,
} from './security-events.js';
import { draftOf, type Session } from './session.js';
import { SessionConfig } from './session-config.js';
import { RevocationList } from './stores/revocation-list.js';
import { type FiledRecord, type ListSearch, SessionStore } from './stores/session-store.js';
import { sessionChannel } from './watch/session-channel.js';

/**
 * Lists and ends the sessions of a user, for example on a page that shows the devices where the user is signed in, and
 * those of all users, for operators. A revoked session is refused from the next request on, in every process that shares
 * the store.
 *
 * @example
 * const registry = Astro.locals.services.get(SessionRegistry);
 * const devices = await registry.list(user.userId, Astro.locals.session);
 * @see OWASP ASVS 5.0 7.4.3, 7.5.2.
 */
@injectable()
export class SessionRegistry extends SessionDirectory {
  readonly #revoked: RevokedSessions;

  /** @throws {InvalidOptionsError} When `session.maxSessionsPerUser` is set, but the store cannot list sessions. */
  constructor(
    private readonly store: SessionStore,
    revocations: RevocationList,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly events: SecurityEvents,
  ) {
    super(store, config, clock);
    this.#revoked = new RevokedSessions(store, revocations, config, clock);
    if (config.maxSessionsPerUser === undefined || store.abilities.listsSessions) return;
    const problem =
      'session.maxSessionsPerUser needs a store that can list the sessions of a user, and ' +
      `${store.constructor.name} cannot: choose 'sqlite', 'postgres', 'redis' or 'memory'`;
    throw new InvalidOptionsError([problem]);
  }

  /**
   * Lists the sessions of a user, the most recently used first; none for a guest. A session that begins with this
   * request is not listed yet.
   *
   * @param current The session of this request, which the list marks as the current one.
   * @throws {SessionsNotListedError} When the store cannot list sessions.
   * @throws {SessionListIncompleteError} When the store has lost an entry of the list.
   */
  async list(userId: string | undefined, current?: Session): Promise<readonly ListedSession[]> {
    if (current) draftOf(current).isUsed = true;
    if (userId === undefined) return [];
    return (await this.#liveWith(userId, current))
      .sort(({ record: a }, { record: b }) => b.renewedAt - a.renewedAt)
      .map(({ key, record }) => new ListedSession(key, record, current !== undefined && isUnder(key, current)));
  }

  /**
   * Ends one session.
   *
   * @param sessionId The `id` of a listed session.
   * @param userId The user to whom the session must belong. Pass it whenever the id comes from outside, for example
   *   from a form. When it is passed as `undefined`, the id of a guest, no session is ended.
   * @returns Whether there was such a session.
   * @throws {SessionsNotListedError} When the store cannot list sessions.
   */
  async revoke(sessionId: string, ...of: [userId?: string | undefined]): Promise<boolean> {
    const [userId] = of;
    // An argument that is `undefined` counts as passed: a guest must not end other users' sessions.
    if (of.length > 0 && userId === undefined) return false;
    if (userId === undefined) return this.#revoke(sessionId);
    const found = (await this.#live(userId)).find(({ key }) => key === sessionId);
    return found !== undefined && this.#revoke(sessionId, found.record);
  }

  /**
   * Ends every other session of the user to whom this session belongs.
   *
   * @returns How many sessions were ended.
   * @throws {SessionsNotListedError} When the store cannot list sessions.
   * @throws {SessionListIncompleteError} When the store has lost an entry of the list, so it is unknown how many
   *   there are.
   */
  async revokeOthers(session: Session): Promise<number> {
    draftOf(session).isUsed = true;
    const { userId } = subjectOf(session);
    if (userId === undefined) return 0;
    const live = await this.#liveWith(userId, session);
    // Another request of this visitor may have given the session a new id.
    const now = await this.store.read(draftOf(session).opened?.id ?? '');
    return this.endEach(live.filter(({ key }) => !isUnder(key, session) && !(now && isOf(key, now.id))));
  }

  /**
   * Ends every session of a user, including the one of this request. With a {@link RevocationList} this works with
   * every store. Sessions that begin afterwards are valid.
   *
   * @throws {SessionsNotListedError} When the store cannot list sessions, and there is no revocation list.
   */
  async revokeAll(userId: string): Promise<void> {
    const { listsSessions } = this.store.abilities;
    if (!listsSessions && !this.#revoked.hasList) throw new SessionsNotListedError(this.store.constructor.name);
    await this.#revoked.revokeAll(userId);
    if (listsSessions) await this.#endAllOf(userId);
    else this.#emitRevoked({ userId });
    sessionChannel.announceUser(userId);
  }

  /** Checks whether the revocation list has ended this session, or has lost its entry for the user. */
  isRevoked(record: SessionRecord): Promised<boolean> {
    return this.#revoked.has(record);
  }

  /** Adds the user's epoch in the revocation list to changes that need it. */
  withEpoch(changes: SessionChanges): Promised<SessionChanges> {
    return this.#revoked.withEpoch(changes);
  }

  /**
   * Ends a session that its visitor leaves: in the store, and in the revocation list if the store cannot end it.
   */
  async end(record: SessionRecord): Promise<void> {
    await this.store.destroy(record.id);
    await this.endSignIn(record);
    sessionChannel.announce(record.id, 'ended');
  }

  /**
   * Ends a session that its visitor leaves with a token of which the store knows that it has been replaced.
   *
   * @returns The session; `undefined` if it had ended already.
   */
  async endSuperseded(token: string): Promise<SessionRecord | undefined> {
    const record = await this.store.take(token);
    const userId = record && userIdOf(record);
    sessionChannel.announce(token, 'ended');
    // Connections that have begun since then listen to an id that is known to the store alone.
    if (userId !== undefined) sessionChannel.announceUser(userId);
    return record;
  }

  /** Ends every copy of a session that its visitor replaced by signing in again, if the store cannot end them. */
  async endSignIn(record: SessionRecord): Promise<void> {
    await this.#revoked.endSignIn(record);
  }

  /** Returns why the impersonation of a session is over; `undefined` while it lasts. */
  impersonationEnd(record: SessionRecord): Promised<ImpersonationEnd | undefined> {
    return this.#revoked.impersonationEnd(record);
  }

  /** Ends every copy of an impersonation that was stopped, if the store cannot end them. */
  async endImpersonation(record: SessionRecord): Promise<void> {
    await this.#revoked.endImpersonation(record);
  }

  /** Ends the oldest sessions of a user beyond `session.maxSessionsPerUser`. Concurrent calls end the same sessions. */
  async endSurplus(userId: string): Promise<void> {
    const { maxSessionsPerUser } = this.config;
    if (maxSessionsPerUser === undefined) return;
    const newestFirst = (await this.#live(userId)).sort(
      (a, b) => b.record.createdAt - a.record.createdAt || (a.key < b.key ? -1 : 1),
    );
    await this.endEach(newestFirst.slice(maxSessionsPerUser));
  }

  async #live(userId: string, search?: ListSearch): Promise<FiledRecord[]> {
    const now = this.clock.now();
    return (await this.store.list(userId, search)).filter(({ record }) => this.config.isLive(record, now));
  }

  /** Ends all sessions of a user, also one that was under two ids, or under none, when they were listed first. */
  async #endAllOf(userId: string): Promise<void> {
    const startedAt = this.clock.now();
    let live = await this.#liveForCertain(userId);
    await this.untilNoneIsLeft(async () => {
      const ended = await this.endEach(live);
      if (ended > 0) live = (await this.#live(userId)).filter(({ record }) => record.createdAt <= startedAt);
      return ended;
    });
  }

  /** Returns the live sessions. An empty list may have been lost: then all sessions are searched. */
  async #liveForCertain(userId: string): Promise<FiledRecord[]> {
    const live = await this.#live(userId);
    return live.length > 0 ? live : this.#live(userId, { isThorough: true });
  }

  /**
   * Returns the live sessions. If this session exists but is not listed, others may be missing as well: then all sessions
   * are searched.
   *
   * @throws {SessionListIncompleteError} When that does not find it either.
   */
  async #liveWith(userId: string, session: Session | undefined): Promise<FiledRecord[]> {
    const live = await this.#live(userId);
    if (!session || (await this.#isAmong(live, userId, session))) return live;
    // A session that gets another id during the first query may have been under neither key.
    for (const isThorough of [false, true]) {
      const again = await this.#live(userId, { isThorough });
      if (await this.#isAmong(again, userId, session)) return again;
    }
    throw new SessionListIncompleteError(this.store.constructor.name);
  }

  /**
   * Checks whether the list contains this session. @returns Also `true` for a session that is not stored or belongs
   * to another user, which does not have to be listed.
   */
  async #isAmong(live: readonly FiledRecord[], userId: string, session: Session): Promise<boolean> {
    const { opened } = draftOf(session);
    if (!opened || userIdOf(opened) !== userId || live.some(({ key }) => isUnder(key, session))) return true;
    const now = await this.store.read(opened.id);
    const isThere = now && userIdOf(now) === userId && this.config.isLive(now, this.clock.now());
    return !isThere || live.some(({ key }) => isOf(key, now.id));
  }

  protected override async endEach(filed: readonly FiledRecord[]): Promise<number> {
    const ended = await inTurns(filed, ({ key, record }) => this.#revoke(key, record));
    return ended.filter(Boolean).length;
  }

  async #revoke(key: string, record?: FiledRecord['record']): Promise<boolean> {
    const hasEnded = await this.store.revoke(key);
    const session = shortHashOfKey(key);
    if (hasEnded) sessionChannel.announceKey(key, 'ended');
    if (hasEnded && record) emitImpersonationLeft(this.events, session, record);
    if (hasEnded) this.#emitRevoked({ session, userId: record && userIdOf(record) });
    return hasEnded;
  }

  #emitRevoked(subject: EventSubject): void {
    this.events.emit('session.revoked', () => subject);
  }
}
