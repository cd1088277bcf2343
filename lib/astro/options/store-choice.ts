import type { MemoryOptions } from '../../session/stores/memory-session-store.js';
import type { PostgresOptions } from '../../session/stores/postgres/postgres-connection.js';
import type { RedisOptions } from '../../session/stores/redis/redis-options.js';
import type { SqliteOptions } from '../../session/stores/sqlite/sqlite-file.js';
import type { KeyValueStorage, UnstorageOptions } from '../../session/stores/unstorage-session-store.js';

/** The stores that can be named in both `astro.config` and the setup module, each with its options. */
export type StoreOptions =
  | { use: 'cookie' | 'astro' }
  | ({ use: 'memory' } & MemoryOptions)
  | ({ use: 'sqlite' } & SqliteOptions)
  | ({ use: 'postgres' } & Omit<PostgresOptions, 'pool'>)
  | ({ use: 'redis' } & Omit<RedisOptions, 'client'>);

/** The store `unstorage` in `astro.config`, which names the driver. */
export interface UnstorageByDriver extends UnstorageOptions {
  use: 'unstorage';
  /**
   * The name of a driver of the package `unstorage`, for example `'fs'`, or of a module that default-exports one; or the
   * path of such a module from the project's root.
   */
  driver: string;
  /** The options of the driver. They become part of the build, so passwords and tokens in them are refused. */
  options?: Readonly<Record<string, unknown>> | undefined;
}

/** The store `unstorage` in the setup module, which creates the storage. */
export interface UnstorageByStorage extends UnstorageOptions {
  use: 'unstorage';
  /**
   * The storage that keeps the records.
   *
   * @example createStorage({ driver: fsDriver({ base: './sessions' }) })
   */
  storage: KeyValueStorage;
}

/** The options of the chosen store, from `astro.config` or from the setup module. */
export type ChosenStore = StoreOptions | UnstorageByDriver | UnstorageByStorage;

/** The former way to choose a store: `session.store`, with its options in `session.options`. */
export type StoreChoice =
  | { store?: 'cookie' | 'astro' | undefined; options?: undefined }
  | { store: 'memory'; options?: MemoryOptions | undefined }
  | { store: 'sqlite'; options?: SqliteOptions | undefined }
  | { store: 'redis'; options?: Omit<RedisOptions, 'client'> | undefined };

/** Options that may choose a store. */
export interface Choosing {
  readonly store?: ChosenStore | undefined;
  readonly session?: StoreChoice | undefined;
}

/** Returns the store that options choose, in the current or the former way. Default: the cookie. */
export function chosenStore({ store, session = {} }: Choosing): ChosenStore {
  return store ?? ({ use: session.store ?? 'cookie', ...session.options } as StoreOptions);
}

/**
 * Returns the chosen store's options that are data, without a storage, which is code and cannot be written elsewhere.
 */
export function storeAsData(options: Choosing): ChosenStore {
  const { storage: _, ...data } = { storage: undefined, ...chosenStore(options) };
  return data as ChosenStore;
}

/** Returns the problem of a store that is chosen in both ways; `undefined` when it is not. */
export function storeProblem({ store, session = {} }: Choosing): string | undefined {
  if (store === undefined) return undefined;
  const twice = (['store', 'options'] as const).filter((key) => session[key] !== undefined);
  if (twice.length === 0) return undefined;
  const names = twice.map((key) => `session.${key}`).join(' and ');
  return `is set, and ${names} as well: keep store: { use: '${store.use}' }, and remove ${names}`;
}
