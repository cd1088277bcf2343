import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChosenStore } from '../../astro/options/store-choice.js';
import { inTime } from '../../base/waiting.js';
import { ClientFailure } from '../../session/stores/client-failure.js';
import { evictionOf, evictionProblem } from '../../session/stores/redis/eviction-policy.js';
import { nodeRedisCommands } from '../../session/stores/redis/node-redis-commands.js';
import { clientFor } from '../../session/stores/redis/redis-clients.js';
import { RedisFailure, redisCure } from '../../session/stores/redis/redis-failure.js';
import { nameOfPlace, type RedisPlace } from '../../session/stores/redis/redis-options.js';
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
      const { url, cluster, sentinel } = store;
      return await askRedis(cluster || sentinel ? { cluster, sentinel } : { url: url ?? redisUrl }, root);
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

async function askRedis(place: RedisPlace, root: string): Promise<StoreAnswer> {
  const client = clientFor(await importRedis(root), place, { timeout: TIME_LIMIT, reconnects: false });
  let last: unknown;
  client.on('error', (error) => {
    last = error;
  });
  const name = nameOfPlace(place);
  try {
    await inTime(client.connect(), TIME_LIMIT, 'It');
    const commands = nodeRedisCommands(client);
    const asked = commands.servers().then((servers) => Promise.all(servers.map((send) => send('PING'))));
    await inTime(asked, TIME_LIMIT, 'It');
    const { policy } = await evictionOf(commands, TIME_LIMIT);
    const problem = evictionProblem(policy, name);
    if (problem) return { state: 'evicts', reason: problem.policy };
    return { state: policy === undefined ? 'unclear' : 'well' };
  } catch (thrown) {
    // A client for several servers only reports that none could be reached.
    const error = redisCure(thrown) === undefined && redisCure(last) !== undefined ? last : thrown;
    const reason = error instanceof Error ? error.message : '';
    const message = `Redis at ${name} does not answer PING${reason === '' ? '' : ` (${reason})`}`;
    const cure = redisCure(error, place);
    throw cure ? new RedisFailure(message, cure, error) : new Error(message);
  } finally {
    if (client.isOpen) client.destroy();
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
