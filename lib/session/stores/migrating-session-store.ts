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
import { VersionedSessionStore } from './versioned-session-store.js';

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
 * store, so that concurrent requests lose nothing, until their visitor signs in or they expire; sessions from a cookie
 * move when they are first written. When the longest of them has expired, the new store can be used alone.
 *
 * @example new MigratingSessionStore({ from: new SqliteSessionStore(), to: new RedisSessionStore() })
 */
export class MigratingSessionStore extends SessionStore {
  readonly #from: SessionStore;
  readonly #to: SessionStore;
  /** The messages of sessions that were opened in the old store. Copies of a record have them in common. */
  readonly #openedInOld = new WeakSet<SessionRecord['flashes']>();

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
    const moved = await this.#to.read(token, lease);
    if (moved) return moved;
    const record = await this.#from.read(token, lease);
    if (record) this.#openedInOld.add(record.flashes);
    return record;
  }

  override async isSuperseded(token: string): Promise<boolean> {
    return (await this.#to.isSuperseded(token)) || this.#from.isSuperseded(token);
  }

  override async hasSuccessor(token: string): Promise<boolean> {
    return (await this.#to.hasSuccessor(token)) || this.#from.hasSuccessor(token);
  }

  override rejectionOf(token: string): ReturnType<SessionStore['rejectionOf']> {
    const reason = this.#to.rejectionOf(token);
    return reason === 'malformed' ? this.#from.rejectionOf(token) : reason;
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const { opened } = changes;
    if (!opened) return this.#to.write(changes);
    const isInOld = this.#openedInOld.has(opened.flashes);
    if (isInOld && this.#from instanceof CookieSessionStore) return this.#begin(opened, changes);
    if (isInOld) return this.#writeInOld(changes);
    return (await this.#to.write(changes)) ?? this.#writeInOld(elsewhere(changes));
  }

  override async hasRoomFor(changes: SessionChanges): Promise<boolean> {
    const staysInOld = changes.opened !== undefined && this.#openedInOld.has(changes.opened.flashes);
    const isNarrow = staysInOld && !(this.#from instanceof CookieSessionStore);
    return (!isNarrow || (await this.#from.hasRoomFor(changes))) && this.#to.hasRoomFor(changes);
  }

  override async alter(opened: SessionRecord, change: StoredChange): Promise<Altered | undefined> {
    const isInOld = this.#openedInOld.has(opened.flashes);
    const altered = await (isInOld ? this.#from : this.#to).alter(opened, change);
    if (isInOld && altered?.record) this.#openedInOld.add(altered.record.flashes);
    return altered;
  }

  override async mark(lineage: Lineage, expiresAt: number): Promise<string | undefined> {
    return (await this.#to.mark(lineage, expiresAt)) ?? this.#from.mark(lineage, expiresAt);
  }

  override async destroy(id: string): Promise<void> {
    await this.#both((store) => store.destroy(id));
  }

  override async take(id: string): Promise<SessionRecord | undefined> {
    const [left, taken] = await this.#both((store) => store.take(id));
    return taken ?? left;
  }

  override async list(userId: string, search?: ListSearch): Promise<readonly FiledRecord[]> {
    const old = await this.#from.list(userId, search);
    const moved = await this.#to.list(userId, search);
    return [...moved, ...old.filter(({ key }) => !moved.some((each) => each.key === key))];
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
    const hasEnded = await this.#both((store) => store.revoke(key));
    return hasEnded.includes(true);
  }

  /**
   * Calls the old store and then the new one, in the order in which sessions move, even if the first is unavailable.
   *
   * @throws The first failure.
   */
  async #both<Result>(act: (store: SessionStore) => Promised<Result>): Promise<Result[]> {
    const inOld = await Promise.allSettled([this.#from].map(async (store) => act(store)));
    const inNew = await Promise.allSettled([this.#to].map(async (store) => act(store)));
    return [...inOld, ...inNew].map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  }

  /** Writes to the old store, from which a session moves at a sign-in. */
  async #writeInOld(changes: SessionChanges): Promise<string | undefined> {
    if (this.#from instanceof CookieSessionStore) return undefined;
    const id = await this.#from.write(changes);
    return id !== undefined && changes.opened && changes.hasSignedIn ? this.#move(changes.opened.id, id) : id;
  }

  /**
   * Moves a session that has just got its id at a sign-in, so that no other request knows it. If the new store does not
   * accept it, it stays in the old one.
   *
   * @param former The id before. @returns The token; `undefined` when the session has ended.
   */
  async #move(former: string, id: string): Promise<string | undefined> {
    const record = await this.#from.read(id);
    if (!record) return undefined;
    let token: string | undefined;
    try {
      token = await this.#copy(record, former);
    } catch {
      for (const each of [former, id]) await this.#to.destroy(each).catch(() => undefined);
      return (await this.#from.read(id)) && id;
    }
    // Until here the old store has the session too, so that whoever ends it meanwhile ends it there.
    if (await this.#from.take(id)) return token;
    await this.#to.destroy(id);
    return undefined;
  }

  /** Copies a session to the new store. */
  async #copy(record: SessionRecord, former: string): Promise<string | undefined> {
    const copied = beginningWith(record);
    if (!(this.#to instanceof VersionedSessionStore)) return this.#to.write(copied);
    // An empty session, which no request finds, gets the new id, so that the store knows what the former one led to.
    const opened = {
      ...record,
      ...NOTHING,
      id: former,
      isKept: undefined,
      impersonation: undefined,
      version: undefined,
    };
    await this.#to.write(beginningWith(opened));
    return this.#to.write({ ...copied, opened, cleared: true, hasSignedIn: true });
  }

  /** Creates the session of a cookie in the new store, with all its values and messages. */
  async #begin(current: SessionRecord, changes: SessionChanges): Promise<string | undefined> {
    const next = applyChanges(current, changes);
    if (isEmptyRecord(next)) return undefined;
    return this.#to.write({ ...beginningWith({ ...next, id: SessionId.generate() }), maxSize: changes.maxSize });
  }
}

/** The contents of an empty session. */
const NOTHING = { values: new Map(), flashes: new Map(), identity: [] };

/** Returns the same changes for the other store, where the version of the record means nothing. */
function elsewhere(changes: SessionChanges): SessionChanges {
  return { ...changes, opened: changes.opened && { ...changes.opened, version: undefined } };
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
