import { forget } from '../../../base/promised.js';
import { inTime } from '../../../base/waiting.js';
import { MissingClientError } from '../../../errors/index.js';
import type { SqlDatabase, SqlRow, SqlStatement } from '../sql/sql-database.js';
import { nameOfAddress, postgresAddressProblem } from './postgres-address.js';
import { explained, PostgresFailure } from './postgres-failure.js';

const TIMEOUT = 2;
/** Attempts of a statement that the server rolled back because of concurrent ones. */
const ATTEMPTS = 20;
/** The part of the timeout after which a connection counts as failed, so that the error tells this. */
const CONNECTING = 0.75;
/**
 * The multiple of the timeout after which a connection is closed. The client would otherwise discard an answer that has
 * arrived in time but could not be read, because the process was busy.
 */
const CLOSING = 1.5;
/** SQLSTATEs: a read-only server; rolled back because of concurrent statements. */
const READ_ONLY = '25006';
const ROLLED_BACK = new Set(['40001', '40P01']);

/** The methods of a pool, as the package `pg` (version 8) has them. */
export interface PostgresPool {
  query(query: { text: string; values: unknown[] }): Promise<{ readonly rows: readonly unknown[] }>;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** Options for the PostgreSQL session store and revocation list. */
export interface PostgresOptions {
  /**
   * The address. Default: `DATABASE_URL` from the environment, or what `PGHOST`, `PGUSER` and the other variables of
   * PostgreSQL name.
   */
  url?: string | undefined;
  /** The table, alone or after its schema: `'auth.sessions'`. Default: `gatehouse_sessions`. */
  table?: string | undefined;
  /** Seconds after which a statement without an answer fails, and its server ends it. Default: 2. */
  timeout?: number | undefined;
  /** Your own pool, which the rest of your application uses as well. It is never closed. */
  pool?: PostgresPool | undefined;
}

type OwnPool = PostgresPool & { end(): Promise<void> };

/** Pools whose errors are already listened to. */
const heard = new WeakSet<PostgresPool>();

/**
 * A pool of connections that is created at first use and recovers automatically: connections that were lost are replaced,
 * and so is the whole pool when its server has become a replica.
 */
export class PostgresConnection implements SqlDatabase {
  readonly dialect = 'postgres';
  readonly #options: PostgresOptions;
  readonly #timeout: number;
  #pool: OwnPool | undefined;
  #opening: Promise<OwnPool> | undefined;
  /** True for a pooler, such as PgBouncer, that refuses a statement_timeout at the start of a connection. */
  #isPooler = false;

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#timeout = (options.timeout ?? TIMEOUT) * 1000;
  }

  /** @throws {PostgresFailure} With the cause and its cure, if they are known. */
  async run([statement]: readonly SqlStatement[]): Promise<readonly SqlRow[]> {
    if (!statement) return [];
    try {
      // The time that the package takes to load is not the server's.
      if (!this.#pool && !this.#options.pool) await importClient();
      return await inTime(this.#answer(statement), this.#timeout, 'PostgreSQL');
    } catch (error) {
      throw explained(error, this.#host);
    }
  }

  /** Closes the connections, unless the pool belongs to the application. */
  async close(): Promise<void> {
    const pool = this.#pool ?? (await this.#opening?.catch(() => undefined));
    this.#pool = undefined;
    await pool?.end();
  }

  async #answer({ text, values }: SqlStatement): Promise<readonly SqlRow[]> {
    // A connection whose statement is late is closed, because a server that lost power or network closes nothing.
    const query = { text, values: [...values], query_timeout: this.#timeout * CLOSING };
    for (let attempt = 1; ; attempt++) {
      const pool = this.#options.pool ? listenedTo(this.#options.pool) : await this.#opened();
      try {
        return (await pool.query(query)).rows as readonly SqlRow[];
      } catch (error) {
        if (attempt >= ATTEMPTS || !(ROLLED_BACK.has(codeOf(error)) || this.#replaces(pool, error))) throw error;
      }
    }
  }

  /** Replaces a pool if another one may succeed. */
  #replaces(pool: PostgresPool, error: unknown): boolean {
    if (pool === this.#options.pool) return false;
    const isPooler = /unsupported startup parameter/i.test(String(error));
    if (!isPooler && codeOf(error) !== READ_ONLY) return false;
    const left = this.#pool;
    // Another request has replaced it.
    if (pool !== left) return true;
    if (isPooler && this.#isPooler) return false;
    this.#isPooler ||= isPooler;
    this.#pool = undefined;
    // The statements of other requests are still answered.
    forget(left.end());
    return true;
  }

  async #opened(): Promise<OwnPool> {
    if (this.#pool) return this.#pool;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    this.#pool = await this.#opening;
    return this.#pool;
  }

  async #open(): Promise<OwnPool> {
    const url = this.#url;
    if (url !== undefined && postgresAddressProblem(url) !== undefined) throw PostgresFailure.ofAddress();
    const { Pool } = await importClient();
    const timeout = this.#timeout;
    return listenedTo(
      new Pool({
        ...(url !== undefined && { connectionString: url }),
        ...(!this.#isPooler && { statement_timeout: timeout }),
        connectionTimeoutMillis: timeout * CONNECTING,
        keepAlive: true,
        application_name: 'astro-gatehouse',
      }),
    );
  }

  get #url(): string | undefined {
    return this.#options.url ?? (process.env.DATABASE_URL || undefined);
  }

  /** The host and port, without user and password. */
  get #host(): string {
    return this.#options.pool ? "the pool's address" : nameOfAddress(this.#url);
  }
}

/**
 * Listens to the errors of a pool. Without a listener, the end of an idle connection would end the process; the pool
 * opens another one by itself.
 */
function listenedTo<Pool extends PostgresPool>(pool: Pool): Pool {
  if (!heard.has(pool)) pool.on?.('error', () => {});
  heard.add(pool);
  return pool;
}

async function importClient(): Promise<Pick<typeof import('pg'), 'Pool'>> {
  try {
    const { default: client } = await import('pg');
    return client;
  } catch {
    throw new MissingClientError('PostgresSessionStore', 'the package pg', 'Install it: npm install pg');
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
