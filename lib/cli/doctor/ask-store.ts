import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CommonOptions } from '../../astro/options.js';
import { inTime } from '../../session/in-time.js';
import { DEFAULT_PREFIX, DEFAULT_URL } from '../../session/stores/redis-connection.js';
import { evictionPolicy, evictionProblem } from '../../session/stores/redis-eviction.js';
import { DEFAULT_FILE, isLocked } from '../../session/stores/sqlite-file.js';
import type { StoreAnswer } from './facts.js';

/** Milliseconds that a store has for its answer. */
const TIME_LIMIT = 2_000;

/**
 * Asks a store that the options name whether it would keep something. Nothing is kept, and nothing made.
 *
 * @param redisUrl What `REDIS_URL` says.
 */
export async function askStore(
  session: CommonOptions['session'],
  { root, redisUrl }: { root: string; redisUrl: string | undefined },
): Promise<StoreAnswer> {
  try {
    if (session?.store === 'sqlite') askSqlite(resolve(root, session.options?.file ?? DEFAULT_FILE));
    else if (session?.store === 'redis') {
      const { url, keyPrefix = DEFAULT_PREFIX } = session.options ?? {};
      return await askRedis(url ?? redisUrl ?? DEFAULT_URL, root, keyPrefix);
    } else return { state: 'unasked' };
    return { state: 'well' };
  } catch (error) {
    return { state: 'away', reason: error instanceof Error ? error.message : String(error) };
  }
}

function askSqlite(file: string): void {
  if (!existsSync(file)) {
    askFolder(dirname(file), file);
    return;
  }
  const sqlite = process.getBuiltinModule('node:sqlite');
  // Said by the check of Node's version.
  if (!sqlite) return;
  try {
    const database = new sqlite.DatabaseSync(file);
    try {
      database.exec(`PRAGMA busy_timeout = ${TIME_LIMIT}; PRAGMA schema_version; BEGIN IMMEDIATE; ROLLBACK;`);
    } finally {
      database.close();
    }
  } catch (error) {
    // Somebody else writes, so it can be written.
    if (isLocked(error)) return;
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The store makes the file and its folders, in the nearest folder that is there. */
function askFolder(folder: string, file: string): void {
  if (!existsSync(folder) && dirname(folder) !== folder) {
    askFolder(dirname(folder), file);
    return;
  }
  if (!statSync(folder).isDirectory()) throw new Error(`${file} cannot be made, because ${folder} is a file`);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new Error(`${file} cannot be made, because ${folder} is not writable`);
  }
}

async function askRedis(url: string, root: string, key: string): Promise<StoreAnswer> {
  if (!URL.canParse(url)) throw new Error('REDIS_URL is no address: write redis://host:6379');
  const { createClient } = await importRedis(root);
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false } });
  // Whoever waits for the answer learns of it there.
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
    throw new Error(`Redis at ${host} does not answer PING${reason === '' ? '' : ` (${reason})`}`);
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** The project's own, as its store would have it. */
async function importRedis(root: string): Promise<typeof import('redis')> {
  let path: string;
  try {
    path = createRequire(join(root, 'package.json')).resolve('redis');
  } catch {
    throw new Error('the package redis is not installed: npm install redis');
  }
  return import(pathToFileURL(path).href);
}
