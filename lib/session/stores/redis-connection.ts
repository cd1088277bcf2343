import { MissingClientError } from '../../errors.js';
import { inTime } from '../in-time.js';

/** Where it is without being named. */
export const DEFAULT_URL = 'redis://localhost:6379';
const TIMEOUT = 2;

/** What is asked of a client: those of the package `redis`, version 5 or newer, for one server or a cluster, have it. */
export interface RedisClient {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  hmGet(key: string, fields: string[]): Promise<(string | null)[]>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  get(key: string): Promise<string | null>;
  del(key: string): Promise<unknown>;
  zRem(key: string, member: string): Promise<unknown>;
  zRange(key: string, start: number, stop: number): Promise<string[]>;
}

export interface RedisOptions {
  /** Default: `REDIS_URL` from the environment, or `redis://localhost:6379`. */
  url?: string | undefined;
  /** What every key begins with. Default `gatehouse:`. */
  keyPrefix?: string | undefined;
  /** Seconds after which a command that is not answered counts as failed. Default 2. */
  timeout?: number | undefined;
  /** A client of your own, for a cluster or for more settings. It is connected here if it is not yet. */
  client?: RedisClient | undefined;
}

/** A connection that is made when it is first needed, and comes back by itself. */
export class RedisConnection {
  /** What every key begins with. */
  readonly prefix: string;
  readonly #options: RedisOptions;
  readonly #timeout: number;
  #client: RedisClient | undefined;
  #connecting: Promise<RedisClient> | undefined;

  constructor(options: RedisOptions) {
    this.prefix = options.keyPrefix ?? 'gatehouse:';
    this.#options = options;
    this.#timeout = (options.timeout ?? TIMEOUT) * 1000;
  }

  /** Ends the connection, unless it is one of the application's own. */
  async close(): Promise<void> {
    const client = await (this.#client ?? this.#connecting);
    if (client && client !== this.#options.client) client.destroy();
  }

  /** Runs a script on one key. */
  run(script: string, key: string, ...values: string[]): Promise<unknown> {
    return this.ask((client) => client.eval(script, { keys: [this.prefix + key], arguments: values }));
  }

  /** @throws When there is no answer in time. A client that has lost its server comes back by itself. */
  ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer> {
    return inTime(this.#connected().then(command), this.#timeout, 'Redis');
  }

  async #connected(): Promise<RedisClient> {
    if (this.#client) return this.#client;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    this.#client = await this.#connecting;
    return this.#client;
  }

  async #connect(): Promise<RedisClient> {
    const client =
      this.#options.client ?? (await makeClient(this.#options.url ?? process.env.REDIS_URL ?? DEFAULT_URL));
    if (client.isOpen) return client;
    // Without somebody who listens an error would end the process; whoever waits for an answer learns of it there.
    client.on('error', () => {});
    await client.connect();
    return client;
  }
}

async function makeClient(url: string): Promise<RedisClient> {
  let redis: typeof import('redis');
  try {
    redis = await import('redis');
  } catch {
    throw new MissingClientError('RedisSessionStore', 'the package redis', 'Install it: npm install redis');
  }
  // Commands fail at once while there is no connection, and are not kept for later: nobody waits for their answers then.
  return redis.createClient({ url, disableOfflineQueue: true });
}
