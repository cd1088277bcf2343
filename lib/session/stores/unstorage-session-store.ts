import { Clock } from '../../base/clock.js';
import { parseRecord, serializeRecord } from '../record/record-text.js';
import { applyChanges, type SessionChanges } from '../record/session-changes.js';
import { SessionId } from '../record/session-id.js';
import { isEmptyRecord, type SessionRecord } from '../record/session-record.js';
import { SessionStore, type StoreAbilities } from './session-store.js';

/** The methods that a storage needs; every storage of the package `unstorage` has them, whatever its driver. */
export interface KeyValueStorage {
  getItem(key: string): Promise<unknown>;
  /** @param options `ttl` in seconds, for drivers that remove expired items by themselves. */
  setItem(key: string, text: string, options?: { ttl: number }): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/** Options for {@link UnstorageSessionStore}. */
export interface UnstorageOptions {
  /**
   * The consistency of the driver's storage. Set `last-write-wins` when every process sees every write. Default:
   * `eventual`.
   */
  consistency?: 'eventual' | 'last-write-wins' | undefined;
  /** The prefix of every key. Default: `gatehouse:`. */
  keyPrefix?: string | undefined;
}

/**
 * Stores sessions in any storage for which `unstorage` has a driver. Such a storage cannot replace on condition: when
 * two concurrent requests change one session, the later write may lose changes of the earlier one.
 *
 * @example services.override(SessionStore, () => new UnstorageSessionStore(createStorage({ driver })))
 */
export class UnstorageSessionStore extends SessionStore {
  readonly #prefix: string;
  readonly #consistency: StoreAbilities['consistency'];

  constructor(
    private readonly storage: KeyValueStorage,
    { consistency = 'eventual', keyPrefix = 'gatehouse:' }: UnstorageOptions = {},
    private readonly clock: Clock = new Clock(),
  ) {
    super();
    this.#prefix = keyPrefix;
    this.#consistency = consistency;
  }

  override get abilities(): StoreAbilities {
    return { ...super.abilities, consistency: this.#consistency };
  }

  override async read(token: string): Promise<SessionRecord | undefined> {
    if (!SessionId.isWellFormed(token)) return undefined;
    const kept = await this.storage.getItem(this.#keyOf(token));
    if (kept === null || kept === undefined) return undefined;
    // Storages parse strings that look like JSON.
    const record = parseRecord(typeof kept === 'string' ? kept : JSON.stringify(kept), token);
    return record && record.expiresAt > this.clock.now() ? record : undefined;
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const { opened, id, expiresAt } = changes;
    const current = opened && (await this.read(opened.id));
    if (opened && !current) return undefined;
    const next = applyChanges(current, changes);
    if (opened && isEmptyRecord(next)) {
      await this.destroy(opened.id);
      return undefined;
    }
    const ttl = Math.max(1, Math.ceil((expiresAt - this.clock.now()) / 1000));
    await this.storage.setItem(this.#keyOf(id), serializeRecord(next, changes.maxSize), { ttl });
    if (opened && opened.id !== id) await this.destroy(opened.id);
    return id;
  }

  override async destroy(id: string): Promise<void> {
    await this.storage.removeItem(this.#keyOf(id));
  }

  #keyOf(id: string): string {
    return this.#prefix + SessionId.fingerprint(id);
  }
}
