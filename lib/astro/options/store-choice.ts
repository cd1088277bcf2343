import type { MemoryOptions } from '../../session/stores/memory-session-store.js';
import type { RedisOptions } from '../../session/stores/redis/redis-connection.js';
import type { SqliteOptions } from '../../session/stores/sqlite/sqlite-file.js';
import type { KeyValueStorage, UnstorageOptions } from '../../session/stores/unstorage-session-store.js';

/** Stores that can be named in `astro.config` and in the setup module alike, and what each can be told. */
export type StoreOptions =
  | { use: 'cookie' | 'astro' }
  | ({ use: 'memory' } & MemoryOptions)
  | ({ use: 'sqlite' } & SqliteOptions)
  | ({ use: 'redis' } & Omit<RedisOptions, 'client'>);

/** The store `unstorage` in `astro.config`, where the driver is imported by its name. */
export interface UnstorageByDriver extends UnstorageOptions {
  use: 'unstorage';
  /** A driver of the package `unstorage`, `'fs'`; the name of a module that exports one, or its path from the root. */
  driver: string;
  /** What the driver is told. It becomes a part of the build: passwords and tokens are refused. */
  options?: Readonly<Record<string, unknown>> | undefined;
}

/** The store `unstorage` in the setup module. */
export interface UnstorageByStorage extends UnstorageOptions {
  use: 'unstorage';
  /** @example createStorage({ driver: fsDriver({ base: './sessions' }) }) */
  storage: KeyValueStorage;
}

/** A store that is chosen, wherever it was. */
export type ChosenStore = StoreOptions | UnstorageByDriver | UnstorageByStorage;

/** The former way to name a store, among the options of the session. */
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

/** The store that options choose, in either way. */
export function chosenStore({ store, session = {} }: Choosing): ChosenStore {
  return store ?? ({ use: session.store ?? 'cookie', ...session.options } as StoreOptions);
}

/** What can be said of a store elsewhere: the data of it. */
export function storeAsData(options: Choosing): ChosenStore {
  const { storage: _, ...data } = { storage: undefined, ...chosenStore(options) };
  return data as ChosenStore;
}

/** @returns Why a store cannot be chosen in both ways; `undefined` when it is not. */
export function storeProblem({ store, session = {} }: Choosing): string | undefined {
  if (store === undefined) return undefined;
  const twice = (['store', 'options'] as const).filter((key) => session[key] !== undefined);
  if (twice.length === 0) return undefined;
  const names = twice.map((key) => `session.${key}`).join(' and ');
  return `is given, and ${names} as well: keep store: { use: '${store.use}' }, and take ${names} out`;
}
