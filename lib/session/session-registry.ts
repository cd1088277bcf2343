import { InvalidOptionsError, SessionListIncompleteError, SessionsNotListedError } from '../errors.js';
import { injectable } from '../injectable.js';
import { Clock } from './clock.js';
import { inTurns } from './in-turns.js';
import { ListedSession } from './listed-session.js';
import type { Promised } from './promised.js';
import { NoRevocationList, RevocationList } from './revocation-list.js';
import { type EventSubject, SecurityEvents, shortHashOfKey, subjectOf } from './security-events.js';
import { draftOf, type Session } from './session.js';
import { SessionConfig } from './session-config.js';
import { SessionId } from './session-id.js';
import { type SessionRecord, userIdOf } from './session-record.js';
import { type FiledRecord, SessionStore } from './stores/session-store.js';

/**
 * The sessions of a user: where is somebody signed in, and an end to it. What is revoked is over with the next request,
 * in every process that shares the store.
 *
 * @example
 * const registry = Astro.locals.services.get(SessionRegistry);
 * const devices = await registry.list(user.userId, Astro.locals.session);
 * @see OWASP ASVS 5.0 7.4.3, 7.5.2.
 */
@injectable()
export class SessionRegistry {
  /** @throws {InvalidOptionsError} When sessions are to be counted that the store cannot list. */
  constructor(
    private readonly store: SessionStore,
    private readonly revocations: RevocationList,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
    private readonly events: SecurityEvents,
  ) {
    if (config.maxSessionsPerUser === undefined || store.abilities.listsSessions) return;
    const problem = `session.maxSessionsPerUser needs a store that can list the sessions of a user, and ${store.constructor.name} cannot: choose 'sqlite', 'redis' or 'memory'`;
    throw new InvalidOptionsError([problem]);
  }

  /**
   * A user's sessions, the one seen last first; none of a guest. A session that begins with this request is not among them yet.
   *
   * @param current The session that asks, so that it can be told from the others.
   * @throws {SessionsNotListedError} When the store cannot.
   * @throws {SessionListIncompleteError} When it has lost what it had listed.
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
   * @param userId Whose session it has to be. Give it whenever the id comes from outside, as from a form:
   *   then nothing is ended for a guest, whose id is `undefined`.
   * @returns Whether there was such a session.
   * @throws {SessionsNotListedError} When the store cannot.
   */
  async revoke(sessionId: string, ...of: [userId?: string | undefined]): Promise<boolean> {
    const [userId] = of;
    // What was given counts, though it be nobody: a guest is not to end everybody's.
    if (of.length > 0 && userId === undefined) return false;
    if (userId !== undefined && !(await this.#live(userId)).some(({ key }) => key === sessionId)) return false;
    return this.#revoke(sessionId, userId);
  }

  /**
   * Ends every other session of the user whose session this is.
   *
   * @returns How many there were.
   * @throws {SessionsNotListedError} When the store cannot.
   * @throws {SessionListIncompleteError} When it has lost what it had listed: then nobody knows of how many.
   */
  async revokeOthers(session: Session): Promise<number> {
    draftOf(session).isUsed = true;
    const { userId } = subjectOf(session);
    if (userId === undefined) return 0;
    const live = await this.#liveWith(userId, session);
    // Where another request of this visitor has taken it by now.
    const now = await this.store.read(draftOf(session).opened?.id ?? '');
    return this.#revokeEach(live.filter(({ key }) => !isUnder(key, session) && !(now && isOf(key, now.id))));
  }

  /**
   * Ends every session of a user, this request's included. With a {@link RevocationList} it works for every store: whoever
   * signs in afterwards is let in.
   *
   * @throws {SessionsNotListedError} When the store cannot, and there is no such list.
   */
  async revokeAll(userId: string): Promise<void> {
    const { listsSessions } = this.store.abilities;
    if (!listsSessions && !this.#hasList) throw new SessionsNotListedError(this.store.constructor.name);
    const now = this.clock.now();
    await this.revocations.revokeBefore(userId, now, now + this.config.longestLife);
    if (listsSessions) await this.#revokeEach(await this.#live(userId));
    else this.#tell({ userId });
  }

  /** Whether the list says that this session is over. */
  isRevoked(record: SessionRecord): Promised<boolean> {
    const userId = this.#hasList ? userIdOf(record) : undefined;
    return userId !== undefined && this.#isOnList(userId, record);
  }

  async #isOnList(userId: string, record: SessionRecord): Promise<boolean> {
    const [notBefore, hasEnded] = await Promise.all([
      this.revocations.notBefore(userId),
      !this.store.abilities.endsSessions && this.revocations.hasEnded(signInOf(userId, record)),
    ]);
    return hasEnded || (notBefore !== undefined && record.createdAt < notBefore);
  }

  /** Ends a session whose visitor leaves it: in the store, and in the list where the store cannot. @internal */
  async end(record: SessionRecord): Promise<void> {
    await this.store.destroy(record.id);
    await this.endSignIn(record);
  }

  /** Ends every copy of what somebody left by signing in again, where the store cannot. @internal */
  async endSignIn(record: SessionRecord): Promise<void> {
    const userId = userIdOf(record);
    if (userId === undefined || !this.#hasList || this.store.abilities.endsSessions) return;
    const now = this.clock.now();
    await this.revocations.endSession(signInOf(userId, record), now, now + this.config.longestLife);
  }

  /** Ends the oldest of a user's sessions beyond `session.maxSessionsPerUser`. Whoever asks at once ends the same ones. */
  async endSurplus(userId: string): Promise<void> {
    const { maxSessionsPerUser } = this.config;
    if (maxSessionsPerUser === undefined) return;
    const newestFirst = (await this.#live(userId)).sort(
      (a, b) => b.record.createdAt - a.record.createdAt || (a.key < b.key ? -1 : 1),
    );
    await this.#revokeEach(newestFirst.slice(maxSessionsPerUser));
  }

  get #hasList(): boolean {
    return !(this.revocations instanceof NoRevocationList);
  }

  async #live(userId: string): Promise<FiledRecord[]> {
    const now = this.clock.now();
    return (await this.store.list(userId)).filter(({ record }) => this.config.isLive(record, now));
  }

  /** Nobody sees the others in a list that lacks a session which is certainly there. */
  async #liveWith(userId: string, session: Session | undefined): Promise<FiledRecord[]> {
    const live = await this.#live(userId);
    if (!session || (await this.#isAmong(live, userId, session))) return live;
    // One that moves at this moment may have been in neither place.
    const again = await this.#live(userId);
    if (await this.#isAmong(again, userId, session)) return again;
    throw new SessionListIncompleteError(this.store.constructor.name);
  }

  /** @returns Also `true` of a session that is not stored, or not this user's, and so need not be there. */
  async #isAmong(live: readonly FiledRecord[], userId: string, session: Session): Promise<boolean> {
    const { opened } = draftOf(session);
    if (!opened || userIdOf(opened) !== userId || live.some(({ key }) => isUnder(key, session))) return true;
    const now = await this.store.read(opened.id);
    const isThere = now && userIdOf(now) === userId && this.config.isLive(now, this.clock.now());
    return !isThere || live.some(({ key }) => isOf(key, now.id));
  }

  async #revokeEach(filed: readonly FiledRecord[]): Promise<number> {
    const ended = await inTurns(filed, ({ key, record }) => this.#revoke(key, userIdOf(record)));
    return ended.filter(Boolean).length;
  }

  async #revoke(key: string, userId: string | undefined): Promise<boolean> {
    const hasEnded = await this.store.revoke(key);
    if (hasEnded) this.#tell({ session: shortHashOfKey(key), userId });
    return hasEnded;
  }

  #tell(subject: EventSubject): void {
    this.events.tell('session.revoked', () => subject);
  }
}

/** What all copies of a cookie have in common, those of before a new id included: who signed in, and when. */
function signInOf(userId: string, { createdAt }: SessionRecord): string {
  return SessionId.fingerprint(`${createdAt}:${userId}`);
}

/** Whether a session is filed under a key, before this request or after it. */
function isUnder(key: string, session: Session): boolean {
  const { id, opened } = draftOf(session);
  return [id, opened?.id].some((id) => id !== undefined && isOf(key, id));
}

function isOf(key: string, id: string): boolean {
  return SessionId.fingerprint(id).startsWith(key);
}
