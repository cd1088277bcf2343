import { Clock } from '../clock.js';
import { parseRecord, serializeRecord } from '../record-text.js';
import { applyChanges, type SessionChanges } from '../session-changes.js';
import { SessionId } from '../session-id.js';
import { isEmptyRecord, type SessionRecord } from '../session-record.js';
import { SessionStore, type StoreAbilities } from './session-store.js';

/** What is asked of a storage; those of the package `unstorage` have it, whatever their driver is. */
export interface KeyValueStorage {
  getItem(key: string): Promise<unknown>;
  /** @param options `ttl` in seconds, for drivers that drop by themselves what has expired. */
  setItem(key: string, text: string, options?: { ttl: number }): Promise<void>;
  removeItem(key: string): Promise<void>;
}

export interface UnstorageOptions {
  /** What the driver's storage is like. Default `eventual`; say `last-write-wins` where every process sees every write. */
  consistency?: 'eventual' | 'last-write-wins' | undefined;
  /** What every key begins with. Default `gatehouse:`. */
  keyPrefix?: string | undefined;
}

/**
 * Keeps sessions in anything that `unstorage` has a driver for. Such a storage cannot replace on condition: of two
 * requests at once that change one session, the later write may lose what the earlier one changed.
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
    // Storages turn what looks like JSON into what it stands for.
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
