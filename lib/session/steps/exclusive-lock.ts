import { stringify } from 'devalue';
import type { Clock } from '../../base/clock.js';
import {
  ExclusiveOutcomeLostError,
  ExclusiveTimeoutError,
  SessionTooLargeError,
  StoreUnavailableError,
} from '../../errors/index.js';
import type { Outages } from '../manager/outages.js';
import { withMigration } from '../record/fitted-values.js';
import { noChanges, type SessionChanges } from '../record/session-changes.js';
import { keysOver, type SessionLock, type StoredOutcome } from '../record/session-lock.js';
import { isOfSameUser, type SessionRecord } from '../record/session-record.js';
import type { SessionConfig } from '../session-config.js';
import type { Altered, SessionStore, StoredChange } from '../stores/session-store.js';

/** Milliseconds between two looks at a lock that another process holds: the first pause, and the longest. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 250;
const GROWTH = 1.5;
/** Milliseconds for which an outcome stays in the session: requests that were opened before may still ask for it. */
const KEPT = 10_000;
/** Maximum number of characters of a value that is stored for requests of other processes. */
const LARGEST = 4_000;

export interface LockParts {
  readonly store: SessionStore;
  readonly outages: Outages;
  readonly config: SessionConfig;
  readonly clock: Clock;
}

/** The changes of values that a run leaves. */
export type ValueChanges = Pick<SessionChanges, 'set' | 'unset' | 'updates'>;

/** The lock of one run, in the stored session. */
export class ExclusiveLock {
  readonly #by = crypto.randomUUID();
  #claimedAt = 0;

  /** @param limit Milliseconds: how long to wait for the lock, and how long to hold it. */
  constructor(
    private readonly parts: LockParts,
    private readonly key: string,
    private readonly limit: number,
  ) {}

  /** The milliseconds that are left of its time. */
  get left(): number {
    return Math.max(1, this.#claimedAt + this.limit - performance.now());
  }

  /**
   * Waits until this run holds the lock, or another one has left its outcome.
   *
   * @returns The session that is stored now, and the outcome if there is one; `undefined` in a store that has no locks.
   * @throws {ExclusiveTimeoutError}
   * @throws {ExclusiveOutcomeLostError} When the session has ended, or the outcome was not stored.
   */
  async claim(
    opened: SessionRecord,
  ): Promise<{ readonly record: SessionRecord; readonly outcome?: readonly [unknown] } | undefined> {
    const { key } = this;
    const deadline = performance.now() + this.limit;
    let known = opened;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE)) {
      this.#claimedAt = performance.now();
      const altered = await this.#alter(known, (current) => this.#claimIn(current, opened));
      if (!altered) return undefined;
      const { record } = altered;
      const lock = record?.locks?.get(key);
      if (!record || !isOfSameUser(record, opened)) throw new ExclusiveOutcomeLostError(key, 'session-ended');
      if (lock?.by === this.#by) return { record };
      if (lock?.outcome && !lock.outcome.value) throw new ExclusiveOutcomeLostError(key, 'too-large');
      if (lock?.outcome?.value) return { record, outcome: lock.outcome.value };
      if (performance.now() >= deadline) throw new ExclusiveTimeoutError(key, this.limit / 1000);
      await this.#wait(pause, deadline, lock);
      known = record;
    }
  }

  /**
   * Leaves the outcome and the changes in the session, in one step.
   *
   * @param known The session as the changes assume it.
   * @returns The session that is stored now; `undefined` when it has ended, or belongs to another user.
   * @throws {ExclusiveTimeoutError} When another run has taken over.
   * @throws {SessionTooLargeError} When the changes do not fit. The lock is removed.
   */
  async leave(known: SessionRecord, value: unknown, changes: ValueChanges): Promise<SessionRecord | undefined> {
    const { set, unset, updates } = withMigration({ ...changes, opened: known, cleared: false });
    const isSmall = stringify(value).length <= LARGEST;
    const outcomes: StoredOutcome[] = isSmall ? [{ value: [value] }, {}] : [{}];
    for (const outcome of outcomes) {
      try {
        return await this.#end(known, { set, unset, updates }, outcome);
      } catch (error) {
        const hasLess = error instanceof SessionTooLargeError && outcome !== outcomes.at(-1);
        if (hasLess) continue;
        if (!(error instanceof StoreUnavailableError)) await this.giveUp(known);
        throw error;
      }
    }
    return undefined;
  }

  /** Removes the lock. If the store fails, others wait until its time is over. */
  async giveUp(known: SessionRecord): Promise<void> {
    const change: StoredChange = (current) => (this.#isIn(current) ? this.#changing(current, undefined) : undefined);
    await this.#alter(known, change).catch(() => undefined);
  }

  async #end(known: SessionRecord, changes: ValueChanges, outcome: StoredOutcome): Promise<SessionRecord | undefined> {
    const lock = { by: this.#by, until: this.parts.clock.now() + KEPT, outcome };
    const altered = await this.#alter(known, (current) =>
      // The changes were computed from the known session: updates run again if there is a newer one.
      this.#isIn(current) ? { ...this.#changing(current, lock), ...changes, opened: known } : undefined,
    );
    const record = altered?.record;
    if (record?.locks?.get(this.key)?.by === this.#by) return record;
    if (record && this.left <= 1) throw new ExclusiveTimeoutError(this.key, this.limit / 1000);
    return undefined;
  }

  /** Returns the changes that claim the lock; `undefined` if it is held, or holds an outcome for this request. */
  #claimIn(current: SessionRecord, opened: SessionRecord): SessionChanges | undefined {
    const now = this.parts.clock.now();
    const lock = current.locks?.get(this.key);
    if (!isOfSameUser(current, opened)) return undefined;
    if (lock && lock.until > now && !(lock.outcome && isKnown(lock, opened.locks?.get(this.key)))) return undefined;
    return this.#changing(current, { by: this.#by, until: now + this.limit });
  }

  #changing(current: SessionRecord, lock: SessionLock | undefined): SessionChanges {
    const { config, clock } = this.parts;
    // No renewal may come for a long time: without this, a session with many steps would grow until then.
    const over = keysOver(current.locks, clock.now()).map((key) => [key, undefined] as const);
    const changes = { ...noChanges(current), locks: new Map([...over, [this.key, lock]]) };
    return lock ? { ...changes, maxSize: config.maxSize } : changes;
  }

  #isIn(current: SessionRecord): boolean {
    return current.locks?.get(this.key)?.by === this.#by;
  }

  #alter(known: SessionRecord, change: StoredChange): Promise<Altered | undefined> {
    return this.parts.outages.during('write', () => this.parts.store.alter(known, change));
  }

  /** Waits for a part of the pause, so that waiting processes do not look at the same moments. */
  #wait(pause: number, deadline: number, lock: SessionLock | undefined): Promise<void> {
    const jittered = pause * (0.5 + Math.random() / 2);
    const untilFree = lock ? lock.until - this.parts.clock.now() + 1 : 0;
    const left = Math.max(1, Math.min(jittered, deadline - performance.now(), untilFree));
    return new Promise((wake) => setTimeout(wake, left));
  }
}

/** Checks whether a request opened its session when the outcome was there: it came later than those that share it. */
function isKnown(lock: SessionLock, opened: SessionLock | undefined): boolean {
  return opened?.outcome !== undefined && opened.by === lock.by;
}
