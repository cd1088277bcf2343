import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MissingClientError } from '../../errors/index.js';
import type { GatehouseOptions } from '../options/options.js';
import { chosenStore, type UnstorageByDriver } from '../options/store-choice.js';

/** The stores that a site contains only if its options may name them, and the package that each needs. */
const STORES = {
  sqlite: {
    file: '../../session/stores/sqlite/sqlite-session-store.js',
    name: 'SqliteSessionStore',
    client: undefined,
  },
  postgres: {
    file: '../../session/stores/postgres/postgres-session-store.js',
    name: 'PostgresSessionStore',
    client: 'pg',
  },
  redis: { file: '../../session/stores/redis/redis-session-store.js', name: 'RedisSessionStore', client: 'redis' },
  unstorage: {
    file: '../../session/stores/unstorage-session-store.js',
    name: 'UnstorageSessionStore',
    client: undefined,
  },
} as const;
type Name = keyof typeof STORES;
const NAMES = Object.keys(STORES) as Name[];

/**
 * Returns the source that creates the store that the options name. The setup module is only read when the server
 * starts: if there is one, and astro.config names no store, the source contains every store whose package is installed.
 *
 * @throws {MissingClientError} When the store that the config names needs a package that the project does not have.
 */
export function namedStoreSource(options: GatehouseOptions, root: URL): string {
  const { store, session, setup } = options;
  const chosen = chosenStore(options);
  const named = NAMES.find((name) => name === chosen.use);
  if (named !== undefined) return sourceOf([named], 'driver' in chosen ? chosen : undefined, root);
  const isSettled = setup === undefined || store !== undefined || session?.store !== undefined;
  return sourceOf(isSettled ? [] : NAMES.filter((name) => isInstalled(STORES[name].client, root)), undefined, root);
}

function sourceOf(names: readonly Name[], unstorage: UnstorageByDriver | undefined, root: URL): string {
  const imports: string[] = [];
  const makers: string[] = [];
  for (const key of names) {
    const { file, name, client } = STORES[key];
    assertInstalled(client, name, root);
    imports.push(`import { ${name} } from ${JSON.stringify(fileURLToPath(new URL(file, import.meta.url)))};`);
    const isOpened = key === 'unstorage' && unstorage !== undefined;
    if (isOpened) imports.push(...storageImports(unstorage.driver, root));
    const given = key === 'unstorage' ? `${isOpened ? OPENED : 'options.storage'}, options` : 'options';
    makers.push(`${key}: (options, clock) => new ${name}(${given}, clock)`);
  }
  return [...imports, `export const storeMakers = { ${makers.join(', ')} };`].join('\n');
}

const OPENED = 'createStorage({ driver: openDriver(options.options) })';

function storageImports(driver: string, root: URL): string[] {
  assertInstalled('unstorage', 'UnstorageSessionStore', root);
  const module = moduleOf(driver, root);
  if (!isInstalled(module, root)) {
    const cure = `Name one of https://unstorage.unjs.io/drivers, such as 'fs', or a module that is installed.`;
    throw new MissingClientError('UnstorageSessionStore', `the driver ${driver}`, cure);
  }
  return [`import { createStorage } from 'unstorage';`, `import openDriver from ${JSON.stringify(module)};`];
}

/** @returns The module of a driver. A path starts at the project's root, as that of the setup module does. */
function moduleOf(driver: string, root: URL): string {
  if (/^\.{1,2}\//.test(driver)) return fileURLToPath(new URL(driver, root));
  return driver.includes('/') || driver.startsWith('@') ? driver : `unstorage/drivers/${driver}`;
}

function assertInstalled(client: string | undefined, store: string, root: URL): void {
  if (isInstalled(client, root)) return;
  throw new MissingClientError(store, `the package ${client}`, `Install it: npm install ${client}`);
}

function isInstalled(client: string | undefined, root: URL): boolean {
  if (client === undefined) return true;
  try {
    createRequire(new URL('package.json', root)).resolve(client);
    return true;
  } catch (error) {
    // It is there, but cannot be required; a bundler imports it.
    return (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
}
