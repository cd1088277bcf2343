import { type EvictingStoreError, MissingClientError } from '../../errors.js';
import { inTime } from '../in-time.js';
import { evictionPolicy, evictionProblem } from './redis-eviction.js';

/** Where it is without being named. */
export const DEFAULT_URL = 'redis://localhost:6379';
export const DEFAULT_PREFIX = 'gatehouse:';
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
  /** Asked where INFO does not tell whether the server drops keys. */
  configGet?(setting: string): Promise<unknown>;
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
  /** Of which servers nobody can tell whether they drop keys: said once of each. */
  static readonly #toldOf = new Set<string>();
  /** What every key begins with. */
  readonly prefix: string;
  readonly #options: RedisOptions;
  readonly #timeout: number;
  #client: RedisClient | undefined;
  #connecting: Promise<RedisClient> | undefined;
  #problem: EvictingStoreError | undefined;
  /** Whether it was said that nobody can tell. */
  #isTold = false;

  constructor(options: RedisOptions) {
    this.prefix = options.keyPrefix ?? DEFAULT_PREFIX;
    this.#options = options;
    this.#timeout = (options.timeout ?? TIMEOUT) * 1000;
  }

  /**
   * Connects, to find out whether the server keeps what it is given.
   *
   * @throws {EvictingStoreError} When it does not. @throws When there is no answer in time.
   */
  async prepare(): Promise<void> {
    try {
      await this.ask(async () => undefined);
    } catch (error) {
      throw this.#problem ?? error;
    }
  }

  /** @throws When keys may have been dropped since: a setting can be changed while a server runs. */
  async assertKeeps(): Promise<void> {
    const problem = this.#isTold ? undefined : await this.ask((client) => this.#problemOf(client));
    if (problem) throw new Error(problem.message);
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
    const client = this.#options.client ?? (await makeClient(this.#url));
    // Without somebody who listens an error would end the process; whoever waits for an answer learns of it there.
    if (!client.isOpen) {
      client.on('error', () => {});
      await client.connect();
    }
    this.#problem = await this.#problemOf(client);
    if (!this.#problem) return client;
    if (client !== this.#options.client) client.destroy();
    // An outage to whoever is served, who cannot be helped in any other way.
    throw new Error(this.#problem.message);
  }

  async #problemOf(client: RedisClient): Promise<EvictingStoreError | undefined> {
    const policy = await evictionPolicy(client, this.prefix);
    if (policy === undefined) this.#tellUnknown();
    return evictionProblem(policy, this.#host);
  }

  #tellUnknown(): void {
    this.#isTold = true;
    if (RedisConnection.#toldOf.has(this.#host)) return;
    RedisConnection.#toldOf.add(this.#host);
    console.warn(
      `[astro-gatehouse] Redis at ${this.#host} tells neither by INFO nor by CONFIG GET whether it drops keys when memory is ` +
        'short. See that its maxmemory-policy is noeviction: else ended sessions may come back, and lists may be short.',
    );
  }

  get #url(): string {
    return this.#options.url ?? process.env.REDIS_URL ?? DEFAULT_URL;
  }

  /** Without what may be secret. */
  get #host(): string {
    if (this.#options.client) return "the client's address";
    return URL.canParse(this.#url) ? new URL(this.#url).host : 'its address';
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
