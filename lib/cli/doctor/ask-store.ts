import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChosenStore } from '../../astro/options/store-choice.js';
import { inTime } from '../../base/waiting.js';
import { ClientFailure } from '../../session/stores/client-failure.js';
import { DEFAULT_PREFIX, DEFAULT_URL } from '../../session/stores/redis/redis-connection.js';
import { evictionPolicy, evictionProblem, RedisFailure, redisCure } from '../../session/stores/redis/redis-failure.js';
import { SqlTable } from '../../session/stores/sql/sql-table.js';
import { DEFAULT_TABLE } from '../../session/stores/sql/table-name.js';
import { DEFAULT_FILE } from '../../session/stores/sqlite/sqlite-file.js';
import { askPostgres } from '../ask-postgres.js';
import type { StoreAnswer } from './facts.js';

/** Maximum time that a store has to answer, in milliseconds. */
const TIME_LIMIT = 2_000;
/** @see https://www.sqlite.org/fileformat.html#magic_header_string */
const MAGIC = 'SQLite format 3\0';

/**
 * Checks whether the store in the options could keep sessions. Nothing is written, and no file is created.
 *
 * @param redisUrl The value of `REDIS_URL`. @param databaseUrl That of `DATABASE_URL`.
 */
export async function askStore(
  store: ChosenStore | undefined,
  { root, redisUrl, databaseUrl }: { root: string; redisUrl: string | undefined; databaseUrl?: string | undefined },
): Promise<StoreAnswer> {
  try {
    if (store?.use === 'sqlite') askSqlite(resolve(root, store.file ?? DEFAULT_FILE));
    else if (store?.use === 'postgres') {
      const { text, values } = new SqlTable(store.table ?? DEFAULT_TABLE, 'postgres').find('');
      const place = { root, url: store.url ?? databaseUrl, timeLimit: TIME_LIMIT };
      await askPostgres(place, (client) => client.query(text, [...values]));
    } else if (store?.use === 'redis') {
      const { url, keyPrefix = DEFAULT_PREFIX } = store;
      return await askRedis(url ?? redisUrl ?? DEFAULT_URL, root, keyPrefix);
    } else return { state: 'unasked' };
    return { state: 'well' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      state: 'away',
      reason: reason.replace(/\.$/, ''),
      cure: error instanceof ClientFailure ? error.cure : undefined,
    };
  }
}

function askSqlite(file: string): void {
  if (!existsSync(file)) {
    askFolder(dirname(file), file);
    return;
  }
  for (const path of [file, dirname(file)]) accessSync(path, constants.W_OK);
  // The file is read, and not opened by SQLite, because SQLite would write the journal of a stopped server into the
  // database.
  const start = firstBytes(file, MAGIC.length);
  if (start.length > 0 && start !== MAGIC) throw new Error(`${file}: file is not a database`);
}

function firstBytes(file: string, length: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

/** Checks the nearest existing folder, in which the store would create the file and its folders. */
function askFolder(folder: string, file: string): void {
  if (!existsSync(folder) && dirname(folder) !== folder) {
    askFolder(dirname(folder), file);
    return;
  }
  if (!statSync(folder).isDirectory()) throw new Error(`${file} cannot be created, because ${folder} is a file`);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new Error(`${file} cannot be created, because ${folder} is not writable`);
  }
}

async function askRedis(url: string, root: string, key: string): Promise<StoreAnswer> {
  const client = clientOf(await importRedis(root), url);
  // The caller that awaits the answer gets the error there.
  client.on('error', () => {});
  const { host } = new URL(url);
  try {
    await inTime(
      client.connect().then(() => client.ping()),
      TIME_LIMIT,
      'It',
    );
    const policy = await inTime(evictionPolicy(client, key), TIME_LIMIT, 'It');
    const problem = evictionProblem(policy, host);
    if (problem) return { state: 'evicts', reason: problem.policy };
    return { state: policy === undefined ? 'unclear' : 'well' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    const message = `Redis at ${host} does not answer PING${reason === '' ? '' : ` (${reason})`}`;
    const cure = redisCure(error);
    throw cure ? new RedisFailure(message, cure, error) : new Error(message);
  } finally {
    if (client.isOpen) client.destroy();
  }
}

function clientOf({ createClient }: typeof import('redis'), url: string) {
  try {
    return createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false } });
  } catch {
    throw RedisFailure.ofAddress();
  }
}

/** Imports the project's own Redis client, as its store would. */
async function importRedis(root: string): Promise<typeof import('redis')> {
  let path: string;
  try {
    path = createRequire(join(root, 'package.json')).resolve('redis');
  } catch {
    throw new Error('the package redis is not installed: npm install redis');
  }
  return import(pathToFileURL(path).href);
}
