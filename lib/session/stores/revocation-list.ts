import { Clock } from '../../base/clock.js';
import type { Promised } from '../../base/promised.js';
import { SessionId } from '../record/session-id.js';

/** What a list contains of a user and one of their sessions. */
export interface FoundRevocations {
  /** The moment of the last revocation, in milliseconds since the epoch; left out when nothing was revoked. */
  readonly notBefore?: number | undefined;
  /** True when this session has ended. */
  readonly hasEnded: boolean;
  /** The user's epoch: `null` when the list has none for this user, left out for a list that has no epochs at all. */
  readonly epoch?: string | null | undefined;
}

/**
 * Ends all sessions of a user that began before a moment. This works with every store, even one that cannot end
 * sessions one by one, but every request of a signed-in visitor must read the list. By default there is none:
 * register one with `override`.
 *
 * @example services.override(RevocationList, () => new RedisRevocationList({ url: process.env.REDIS_URL }))
 */
export abstract class RevocationList {
  /**
   * Checks that the list does not lose entries early. Called once before a built server answers requests.
   *
   * @throws {EvictingStoreError} When entries may be dropped before they expire. Any other error counts as an outage.
   */
  async assertKeeps(): Promise<void> {}

  /**
   * Returns the moment of the last revocation: this user's sessions that began before it have ended.
   *
   * @returns Milliseconds since the epoch; `undefined` when nothing was revoked.
   * @throws When the list cannot be read: then it is unknown who is signed in, and nobody is let in.
   */
  abstract notBefore(userId: string): Promise<number | undefined>;

  /**
   * Ends all sessions of this user that began before a moment.
   *
   * @param time That moment, in milliseconds since the epoch. An earlier one never replaces a later one.
   * @param until When the last of those sessions will have expired, so that the entry can be removed.
   */
  abstract revokeBefore(userId: string, time: number, until: number): Promise<void>;

  /**
   * Returns the epoch of a user, for a list whose entries may be lost before they expire: a string that stays the same as
   * long as the list has lost nothing about this user. Creates it if there is none. Called when a session is written that
   * does not contain it; a session with another one has ended. Default: the list has no epochs.
   *
   * @param _until When the last session that contains it will have expired, so that it can be removed.
   */
  epochOf(_userId: string, _until: number): Promised<string | undefined> {
    return undefined;
  }

  /**
   * Returns everything about a user that a request needs to know. Override it where that takes one round trip.
   *
   * @param session A session to look for as well, as {@link hasEnded} does; `undefined` for none.
   */
  async find(userId: string, session: string | undefined): Promise<FoundRevocations> {
    const hasEnded = session === undefined ? false : this.hasEnded(session);
    const [notBefore, ended] = await Promise.all([this.notBefore(userId), hasEnded]);
    return { notBefore, hasEnded: ended };
  }

  /**
   * Checks whether a single session has ended. Called only if the store cannot end sessions, such as those in
   * cookies. A list that supports only users leaves this and {@link endSession} as they are; then a copy of the
   * cookie stays valid after a sign-out.
   *
   * @param session A fingerprint of the user and the time of the sign-in, the same for every copy of the cookie.
   */
  async hasEnded(_session: string): Promise<boolean> {
    return false;
  }

  /**
   * Ends one session that the store cannot end, when its visitor signs out.
   *
   * @param time Now, in milliseconds since the epoch.
   * @param until When the session will have expired.
   * @param userId The user to whom it belongs, when {@link find} will be asked for both together.
   */
  async endSession(_session: string, _time: number, _until: number, _userId?: string): Promise<void> {}
}

/** A list that stores strings of any kind, and therefore single sessions in addition to users. */
export abstract class KeyedRevocationList extends RevocationList {
  override async hasEnded(session: string): Promise<boolean> {
    return (await this.notBefore(keyOf(session))) !== undefined;
  }

  override async endSession(session: string, time: number, until: number): Promise<void> {
    await this.revokeBefore(keyOf(session), time, until);
  }
}

/** No user's id looks like this, because a fingerprint follows the prefix. */
function keyOf(session: string): string {
  return `session:${session}`;
}

/** The list of applications without one: it never revokes anything. */
export class NoRevocationList extends RevocationList {
  override async notBefore(): Promise<undefined> {
    return undefined;
  }

  override async revokeBefore(): Promise<void> {}
}

type Revoked = Map<string, { readonly time: number; readonly until: number }>;
type Epochs = Map<string, { readonly value: string; readonly until: number }>;
/** The keys under which a list finds the entries of an earlier one. */
const KEPT = 'revoked';
const KEPT_EPOCHS = 'epochs';

/**
 * Lets a list continue with the entries of an earlier one, and leave them to the next one, during development. For this
 * package only.
 */
export let continueRevocations: (list: MemoryRevocationList, kept: Map<string, unknown>) => void;

/**
 * Stores revocations in this process, for development and for a single process. After a restart, visitors must sign in
 * again, because nobody knows which of their sessions were revoked.
 */
export class MemoryRevocationList extends KeyedRevocationList {
  #revoked: Revoked = new Map();
  #epochs: Epochs = new Map();
  #sweep = new GradualSweep();
  #epochSweep = new GradualSweep();

  static {
    continueRevocations = (list, kept) => list.#goOnFrom(kept);
  }

  constructor(private readonly clock: Clock = new Clock()) {
    super();
  }

  #goOnFrom(kept: Map<string, unknown>): void {
    this.#revoked = (kept.get(KEPT) as Revoked | undefined) ?? this.#revoked;
    this.#epochs = (kept.get(KEPT_EPOCHS) as Epochs | undefined) ?? this.#epochs;
    [this.#sweep, this.#epochSweep] = [new GradualSweep(), new GradualSweep()];
    kept.set(KEPT, this.#revoked).set(KEPT_EPOCHS, this.#epochs);
  }

  override epochOf(userId: string, until: number): string {
    this.#epochSweep.continue(this.#epochs, this.clock.now());
    const { value, until: before } = this.#epochs.get(userId) ?? { value: SessionId.generate(), until };
    this.#epochs.set(userId, { value, until: Math.max(before, until) });
    return value;
  }

  override async find(userId: string, session: string | undefined): Promise<FoundRevocations> {
    return { ...(await super.find(userId, session)), epoch: this.#epochs.get(userId)?.value ?? null };
  }

  override async notBefore(userId: string): Promise<number | undefined> {
    return this.#revoked.get(userId)?.time;
  }

  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    this.#sweep.continue(this.#revoked, this.clock.now());
    const before = this.#revoked.get(userId) ?? { time, until };
    // An earlier call may arrive late: it must not shorten what a later one has asked for.
    this.#revoked.set(userId, { time: Math.max(before.time, time), until: Math.max(before.until, until) });
  }
}

/** Number of entries that one call looks at: more than the one that it adds, so that no expired one stays for long. */
const SLICE = 10;

/** Removes expired entries, a few with each call, so that no request waits for all of them. */
class GradualSweep {
  #place: MapIterator<[string, { readonly until: number }]> | undefined;

  continue(entries: Map<string, { readonly until: number }>, now: number): void {
    this.#place ??= entries.entries();
    for (let count = 0; count < SLICE; count++) {
      const { done, value } = this.#place.next();
      if (done) {
        this.#place = undefined;
        return;
      }
      if (value[1].until <= now) entries.delete(value[0]);
    }
  }
}
