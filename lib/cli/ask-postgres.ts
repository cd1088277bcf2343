import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Client } from 'pg';
import { postgresAddressProblem } from '../session/stores/postgres/postgres-address.js';
import { explained, PostgresFailure } from '../session/stores/postgres/postgres-failure.js';

/** Maximum time that the server has for each answer, in milliseconds. */
const TIME_LIMIT = 10_000;

/** Where to find a server: the project whose package `pg` to use, and the address. */
export interface PostgresPlace {
  readonly root: string;
  /** Without one, the client reads `PGHOST` and the other variables of PostgreSQL. */
  readonly url: string | undefined;
  /** Milliseconds. */
  readonly timeLimit?: number | undefined;
}

/**
 * Connects to a server with the project's own client, asks it something, and closes the connection.
 *
 * @throws {PostgresFailure} With the cause and its cure, if they are known.
 */
export async function askPostgres<Answer>(
  { root, url, timeLimit = TIME_LIMIT }: PostgresPlace,
  ask: (client: Client) => Promise<Answer>,
): Promise<Answer> {
  if (url !== undefined && postgresAddressProblem(url) !== undefined) throw PostgresFailure.ofAddress();
  const { Client } = await importClient(root);
  const client = new Client({
    ...(url !== undefined && { connectionString: url }),
    connectionTimeoutMillis: timeLimit,
    query_timeout: timeLimit,
  });
  // The caller that awaits the answer gets the error there.
  client.on('error', () => {});
  try {
    await client.connect();
    return await ask(client);
  } catch (error) {
    throw explained(error, addressOf(client));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @returns The host and port, without user and password. */
export function addressOf({ host, port }: Pick<Client, 'host' | 'port'>): string {
  return `${host}:${port}`;
}

async function importClient(root: string): Promise<Pick<typeof import('pg'), 'Client'>> {
  let path: string;
  try {
    path = createRequire(join(root, 'package.json')).resolve('pg');
  } catch {
    throw new Error('the package pg is not installed: npm install pg');
  }
  const { default: client } = await import(pathToFileURL(path).href);
  return client;
}
