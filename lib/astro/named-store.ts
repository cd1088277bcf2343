import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MissingClientError } from '../errors.js';
import type { GatehouseOptions } from './options.js';

/** Stores that are imported because their name stands in `astro.config`, and what they need. */
const STORES: Record<string, { file: string; name: string; client?: string }> = {
  sqlite: { file: '../session/stores/sqlite-session-store.js', name: 'SqliteSessionStore' },
  redis: { file: '../session/stores/redis-session-store.js', name: 'RedisSessionStore', client: 'redis' },
};

/**
 * Source of what makes the store that the options name.
 *
 * @throws {MissingClientError} When the store needs a package that the project does not have.
 */
export function namedStoreSource({ session = {} }: GatehouseOptions, root: URL): string {
  const store = STORES[session.store ?? 'cookie'];
  if (!store) return 'export const makeStore = undefined;';
  if (store.client !== undefined) assertInstalled(store.name, store.client, root);
  const path = JSON.stringify(fileURLToPath(new URL(store.file, import.meta.url)));
  const options = JSON.stringify(session.options ?? {});
  return [
    `import { ${store.name} } from ${path};`,
    `export const makeStore = (clock) => new ${store.name}(${options}, clock);`,
  ].join('\n');
}

function assertInstalled(store: string, client: string, root: URL): void {
  try {
    createRequire(new URL('package.json', root)).resolve(client);
  } catch {
    throw new MissingClientError(store, `the package ${client}`, `Install it: npm install ${client}`);
  }
}
