import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MissingClientError } from '../errors.js';
import type { GatehouseOptions } from './options.js';
import { chosenStore, type UnstorageByDriver } from './store-choice.js';

/** Stores that a site has only where its options may name them, and the package that each needs. */
const STORES = {
  sqlite: { file: '../session/stores/sqlite-session-store.js', name: 'SqliteSessionStore', client: undefined },
  redis: { file: '../session/stores/redis-session-store.js', name: 'RedisSessionStore', client: 'redis' },
  unstorage: { file: '../session/stores/unstorage-session-store.js', name: 'UnstorageSessionStore', client: undefined },
} as const;
const NAMES = ['sqlite', 'redis', 'unstorage'] as const;
type Name = (typeof NAMES)[number];

/**
 * Source of what makes the store that the options name. The setup module names its own only when the server starts: where
 * there is one, and the config names none, every store is there whose package is.
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
  const module = driver.includes('/') || driver.startsWith('@') ? driver : `unstorage/drivers/${driver}`;
  if (!isInstalled(module, root)) {
    const cure = `Name one of https://unstorage.unjs.io/drivers, such as 'fs', or a module that is installed.`;
    throw new MissingClientError('UnstorageSessionStore', `the driver ${driver}`, cure);
  }
  return [`import { createStorage } from 'unstorage';`, `import openDriver from ${JSON.stringify(module)};`];
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
  } catch {
    return false;
  }
}
