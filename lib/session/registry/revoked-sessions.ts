import type { Clock } from '../../base/clock.js';
import { andThen, type Promised } from '../../base/promised.js';
import type { ImpersonationEnd } from '../event-reasons.js';
import { impersonationOf, signInOf } from '../record/ended-names.js';
import { type SessionChanges, userIdAfter } from '../record/session-changes.js';
import { type Impersonation, type SessionRecord, userIdOf } from '../record/session-record.js';
import type { SessionConfig } from '../session-config.js';
import { NoRevocationList, type RevocationList } from '../stores/revocation-list.js';
import type { SessionStore } from '../stores/session-store.js';

/** The sessions and impersonations that the revocation list has ended, and those that it is to end. */
export class RevokedSessions {
  constructor(
    private readonly store: SessionStore,
    private readonly list: RevocationList,
    private readonly config: SessionConfig,
    private readonly clock: Clock,
  ) {}

  /** True when the application has a revocation list. */
  get hasList(): boolean {
    return !(this.list instanceof NoRevocationList);
  }

  /** Ends all sessions of a user that began before now. */
  async revokeAll(userId: string): Promise<void> {
    const now = this.clock.now();
    await this.list.revokeBefore(userId, now, now + this.config.longestLife);
  }

  /** Checks whether the list has ended a session, or has lost its entry for the user of this session. */
  has(record: SessionRecord): Promised<boolean> {
    const userId = this.hasList ? userIdOf(record) : undefined;
    return userId !== undefined && this.#contains(userId, record);
  }

  async #contains(userId: string, record: SessionRecord): Promise<boolean> {
    const session = this.store.abilities.endsSessions ? undefined : signInOf(userId, record);
    const { hasEnded, notBefore, epoch } = await this.list.find(userId, session);
    const isLost = record.epoch !== undefined && epoch !== undefined && record.epoch !== epoch;
    return hasEnded || isLost || (notBefore !== undefined && record.createdAt < notBefore);
  }

  /**
   * Adds the epoch of the user to changes after which a session belongs to a user and does not contain it: from then on
   * the session ends when the list loses its entry for the user.
   */
  withEpoch(changes: SessionChanges): Promised<SessionChanges> {
    const userId = this.hasList ? userIdAfter(changes) : undefined;
    if (userId === undefined) return changes;
    const { opened, hasSignedIn, cleared } = changes;
    const isKnown = opened?.epoch !== undefined && userIdOf(opened) === userId;
    if (isKnown && !hasSignedIn && !cleared) return changes;
    const epoch = this.list.epochOf(userId, this.clock.now() + this.config.longestLife);
    return andThen(epoch, (value) => (value === undefined ? changes : { ...changes, userEpoch: { userId, value } }));
  }

  /** Ends every copy of a session that its visitor left, if the store cannot end them. */
  async endSignIn(record: SessionRecord): Promise<void> {
    const userId = userIdOf(record);
    if (userId === undefined || !this.hasList || this.store.abilities.endsSessions) return;
    const now = this.clock.now();
    await this.list.endSession(signInOf(userId, record), now, now + this.config.longestLife, userId);
  }

  /** Returns why the impersonation of a session is over; `undefined` while it lasts. */
  impersonationEnd(record: SessionRecord): Promised<ImpersonationEnd | undefined> {
    const { impersonation } = record;
    if (!impersonation) return undefined;
    if (impersonation.until <= this.clock.now()) return 'expired';
    const isRevoked = this.hasList ? this.#containsImpersonation(record, impersonation) : false;
    return andThen(isRevoked, (found) => (found ? 'revoked' : undefined));
  }

  /** Ends every copy of an impersonation that was stopped, if the store cannot end them. */
  async endImpersonation(record: SessionRecord): Promise<void> {
    const { impersonation } = record;
    if (!impersonation || !this.hasList || this.store.abilities.endsSessions) return;
    await this.list.endSession(impersonationOf(record, impersonation), this.clock.now(), impersonation.until);
  }

  /** As with a session: the impersonated user's sessions of before were revoked, or this one was ended. */
  async #containsImpersonation(record: SessionRecord, impersonation: Impersonation): Promise<boolean> {
    const userId = userIdOf(impersonation);
    const [notBefore, hasEnded] = await Promise.all([
      userId === undefined ? undefined : this.list.notBefore(userId),
      !this.store.abilities.endsSessions && this.list.hasEnded(impersonationOf(record, impersonation)),
    ]);
    return hasEnded || (notBefore !== undefined && impersonation.startedAt < notBefore);
  }
}
