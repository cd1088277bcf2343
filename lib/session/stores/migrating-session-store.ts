import { Disposables } from '../../base/disposables.js';
import type { Promised } from '../../base/promised.js';
import { EvictingStoreError } from '../../errors/index.js';
import type { FlashLease } from '../record/flash-lease.js';
import type { Lineage } from '../record/lineage.js';
import { applyChanges, type SessionChanges } from '../record/session-changes.js';
import { SessionId } from '../record/session-id.js';
import { isEmptyRecord, type SessionRecord, userIdOf } from '../record/session-record.js';
import { CookieSessionStore } from './cookie-session-store.js';
import type { FiledPage, FiledRecord, ListingRequest } from './listing/listing.js';
import {
  type Altered,
  type ListSearch,
  SessionStore,
  type StoreAbilities,
  type StoredChange,
} from './session-store.js';

/** The consistencies, the weakest first. */
const CONSISTENCIES = ['eventual', 'last-write-wins', 'strong'] as const;

/** Options for {@link MigratingSessionStore}. */
export interface Migration {
  /** The current store of the sessions. */
  readonly from: SessionStore;
  /** The store to which they migrate. */
  readonly to: SessionStore;
}

/**
 * Changes the store without signing anybody out. New sessions begin in the new store. Existing ones stay in the old
 * store, so that concurrent requests lose nothing, until their id changes (as at a sign-in) or they expire; sessions
 * from a cookie move when they are first written. When the longest of them has expired, the new store can be used
 * alone.
 *
 * While a session moves, requests of the same process wait for it; another process does not find it for that moment.
 *
 * @example new MigratingSessionStore({ from: new SqliteSessionStore(), to: new RedisSessionStore() })
 */
export class MigratingSessionStore extends SessionStore {
  readonly #from: SessionStore;
  readonly #to: SessionStore;
  /** The messages of sessions that were opened in the old store. Copies of a record have them in common. */
  readonly #openedInOld = new WeakSet<SessionRecord['flashes']>();
  /** The sessions that are moving, by id. */
  readonly #moving = new Map<string, Promise<SessionRecord | undefined>>();

  constructor({ from, to }: Migration) {
    super();
    this.#from = from;
    this.#to = to;
  }

  override get abilities(): StoreAbilities {
    const stores = [this.#from.abilities, this.#to.abilities];
    return {
      consistency: CONSISTENCIES.find((one) => stores.some(({ consistency }) => consistency === one)) ?? 'strong',
      endsSessions: stores.every(({ endsSessions }) => endsSessions),
      listsSessions: stores.every(({ listsSessions }) => listsSessions),
    };
  }

  override async assertKeeps(): Promise<void> {
    const asked = await Promise.allSettled([this.#to.assertKeeps(), this.#from.assertKeeps()]);
    const refusals = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    const [refusal = refusals[0]] = refusals.filter((reason) => reason instanceof EvictingStoreError);
    if (refusal !== undefined) throw refusal;
  }

  /** Closes both stores when the server stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    const stores = new Disposables();
    for (const store of [this.#from, this.#to]) stores.add(store);
    const failures: unknown[] = [];
    await stores.dispose((_, error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  override async read(token: string, lease?: FlashLease): Promise<SessionRecord | undefined> {
    await this.#arrival(token);
    const moved = await this.#to.read(token, lease);
    if (moved) return moved;
    const record = await this.#from.read(token, lease);
    if (record) this.#openedInOld.add(record.flashes);
    return record;
  }

  override async isSuperseded(token: string): Promise<boolean> {
    return (await this.#to.isSuperseded(token)) || this.#from.isSuperseded(token);
  }

  override rejectionOf(token: string): ReturnType<SessionStore['rejectionOf']> {
    const reason = this.#to.rejectionOf(token);
    return reason === 'malformed' ? this.#from.rejectionOf(token) : reason;
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const { opened, id } = changes;
    if (!opened || !this.#openedInOld.has(opened.flashes)) return this.#to.write(changes);
    if (this.#from instanceof CookieSessionStore) return this.#begin(opened, changes);
    const stays = id === opened.id;
    const kept = stays ? await this.#from.write(changes) : undefined;
    if (kept !== undefined) return kept;
    const moved = await (stays ? this.#arrival(id) : this.#move(opened.id));
    // Where sessions can end, the new store applies the changes to what another request may have moved meanwhile.
    const known = this.#to.abilities.endsSessions ? asElsewhere(opened) : moved;
    return known && this.#to.write({ ...changes, opened: known });
  }

  override async hasRoomFor(changes: SessionChanges): Promise<boolean> {
    const staysInOld = changes.opened !== undefined && this.#openedInOld.has(changes.opened.flashes);
    const isNarrow = staysInOld && !(this.#from instanceof CookieSessionStore);
    return (!isNarrow || (await this.#from.hasRoomFor(changes))) && this.#to.hasRoomFor(changes);
  }

  override async alter(opened: SessionRecord, change: StoredChange): Promise<Altered | undefined> {
    if (!this.#openedInOld.has(opened.flashes)) return this.#to.alter(opened, change);
    const altered = await this.#from.alter(opened, change);
    if (altered?.record) this.#openedInOld.add(altered.record.flashes);
    if (!altered || altered.record) return altered;
    await this.#arrival(opened.id);
    return (await this.#to.alter(asElsewhere(opened), change)) ?? altered;
  }

  override async mark(lineage: Lineage, expiresAt: number): Promise<string | undefined> {
    return (await this.#to.mark(lineage, expiresAt)) ?? this.#from.mark(lineage, expiresAt);
  }

  override async destroy(id: string): Promise<void> {
    await this.#arrival(id);
    await this.#both((store) => store.destroy(id));
  }

  override async take(id: string): Promise<SessionRecord | undefined> {
    await this.#arrival(id);
    const [taken, left] = await this.#both((store) => store.take(id));
    return taken ?? left;
  }

  override async list(userId: string, search?: ListSearch): Promise<readonly FiledRecord[]> {
    await this.#arrivals();
    return (await Promise.all([this.#to.list(userId, search), this.#from.list(userId, search)])).flat();
  }

  /** Lists the old store first, because sessions move from it to the new one meanwhile. */
  override async listAll({ after, ...request }: ListingRequest): Promise<FiledPage> {
    const [, place, within] = /^(from|to)(?::(.*))?$/s.exec(after ?? '') ?? [];
    if (place !== 'to') {
      const { filed, next } = await this.#from.listAll({ ...request, after: within });
      if (next !== undefined) return { filed, next: `from:${next}` };
      // A page of both could contain a session that moves meanwhile twice.
      if (filed.length > 0) return { filed, next: 'to' };
    }
    const { filed, next } = await this.#to.listAll({ ...request, after: place === 'to' ? within : undefined });
    return { filed, next: next === undefined ? undefined : `to:${next}` };
  }

  override async revoke(key: string): Promise<boolean> {
    await this.#arrivals();
    const hasEnded = await this.#both((store) => store.revoke(key));
    return hasEnded.includes(true);
  }

  /** Calls both stores, so that a session in one ends although the other is unavailable. @throws The first failure. */
  async #both<Result>(act: (store: SessionStore) => Promised<Result>): Promise<Result[]> {
    const outcomes = await Promise.allSettled([this.#to, this.#from].map(async (store) => act(store)));
    return outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  }

  /** Waits for a session that is moving. @returns The session that has moved; `undefined` if it was not moving. */
  async #arrival(id: string): Promise<SessionRecord | undefined> {
    return this.#moving.get(id)?.catch(() => undefined);
  }

  /** Waits for all sessions that are moving. */
  async #arrivals(): Promise<void> {
    await Promise.allSettled(this.#moving.values());
  }

  /**
   * Moves a session under its id, unless a request does already. @returns The session; `undefined` if it is not in the old
   * store.
   */
  #move(id: string): Promise<SessionRecord | undefined> {
    const moving = this.#moving.get(id) ?? this.#moveNow(id).finally(() => this.#moving.delete(id));
    this.#moving.set(id, moving);
    return moving;
  }

  async #moveNow(id: string): Promise<SessionRecord | undefined> {
    const record = await this.#from.take(id);
    if (!record) return undefined;
    const moving = beginningWith(record);
    try {
      await this.#to.write(moving);
    } catch (error) {
      await this.#from.write(moving);
      throw error;
    }
    return asElsewhere(record);
  }

  /** Creates the session of a cookie in the new store, with all its values and messages. */
  async #begin(current: SessionRecord, changes: SessionChanges): Promise<string | undefined> {
    const next = applyChanges(current, changes);
    if (isEmptyRecord(next)) return undefined;
    return this.#to.write({ ...beginningWith({ ...next, id: SessionId.generate() }), maxSize: changes.maxSize });
  }
}

/** Returns a record without its version, which means nothing in another store. */
function asElsewhere(record: SessionRecord): SessionRecord {
  return { ...record, version: undefined };
}

/** Returns the changes that begin a session with the contents of a record. */
function beginningWith(record: SessionRecord): SessionChanges {
  const userId = userIdOf(record);
  return {
    ...record,
    opened: undefined,
    hasSignedIn: false,
    cleared: false,
    set: record.values,
    updates: new Map(),
    unset: new Set(),
    flashesAdded: record.flashes,
    flashesTaken: new Set(),
    leasedBy: undefined,
    userEpoch: userId !== undefined && record.epoch !== undefined ? { userId, value: record.epoch } : undefined,
  };
}
