import { type EvictingStoreError, MissingClientError } from '../../errors.js';
import { inTime } from '../in-time.js';
import { evictionPolicy, evictionProblem } from './redis-eviction.js';
import { explained, RedisFailure } from './redis-failure.js';

/** Where it is without being named. */
export const DEFAULT_URL = 'redis://localhost:6379';
export const DEFAULT_PREFIX = 'gatehouse:';
const TIMEOUT = 2;
/** So many times the timeout may pass without a word of the server before a client is given up, and made anew. */
const PATIENCE = 5;
/** Milliseconds after which a server that takes no changes is looked for anew: a name may lead to another by then. */
const SETTLING = 250;
/** Milliseconds for which a client that tries again and again has said why it cannot connect. */
const FRESH = 10_000;

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

/** Writes when something ends: Redis takes whole milliseconds, and refuses what falls between two of them. */
export function endOf(time: number): string {
  return String(Math.ceil(time));
}

/** Made here, and given up once what it asks has an answer. */
type OwnClient = RedisClient & { close?(): Promise<unknown> };

/**
 * A connection that is made when it is first needed, and comes back by itself: its client sees to what closes, and a new
 * client is made where the server became a replica, or is gone without closing anything.
 */
export class RedisConnection {
  /** Of which servers nobody can tell whether they drop keys: said once of each. */
  static readonly #toldOf = new Set<string>();
  /** What every key begins with. */
  readonly prefix: string;
  readonly #options: RedisOptions;
  readonly #timeout: number;
  #client: OwnClient | undefined;
  /** When the server was last heard of. */
  #heard = 0;
  #since = 0;
  #connecting: Promise<RedisClient> | undefined;
  #problem: EvictingStoreError | undefined;
  /** What the client said last of its connection. */
  #failure: { readonly error: unknown; readonly at: number } | undefined;

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
    const problem = await this.ask((client) => this.#problemOf(client));
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

  /**
   * Runs one command, once more where a server refuses it because it has become a replica.
   *
   * @throws When there is no answer in time. A client that has lost its server comes back by itself.
   */
  async ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer> {
    const asked: { client?: RedisClient | undefined } = {};
    try {
      return await inTime(this.#answer(command, asked), this.#timeout, 'Redis');
    } catch (error) {
      // Sent, and never answered: nobody tells a connection when its server has lost power, or its place in the network.
      if (asked.client) this.#leave(asked.client);
      const isFresh = this.#failure && Date.now() - this.#failure.at < FRESH;
      throw explained(error, isFresh ? this.#failure?.error : undefined, this.#host);
    }
  }

  /** @param asked Holds the client for as long as it owes the answer. */
  async #answer<Answer>(
    command: (client: RedisClient) => Promise<Answer>,
    asked: { client?: RedisClient | undefined },
  ): Promise<Answer> {
    for (let isAgain = false; ; isAgain = true) {
      const client = await this.#connected();
      asked.client = client;
      try {
        const answer = await command(client);
        this.#heard = performance.now();
        return answer;
      } catch (error) {
        if (!this.#isLeft(client, error) || isAgain) throw error;
      } finally {
        asked.client = undefined;
      }
    }
  }

  /** Gives a client up if what it failed with says that it is of no use any more. @returns Whether to ask another one. */
  #isLeft(client: RedisClient, error: unknown): boolean {
    const now = performance.now();
    if (isReply(error)) {
      this.#heard = now;
      const isSettled = client !== this.#client || now - this.#since > SETTLING;
      return isDemoted(error) && isSettled && this.#leave(client, 'gently');
    }
    if (now - this.#heard > PATIENCE * this.#timeout) this.#leave(client);
    return false;
  }

  /** @returns Whether another client may do better. One of the application's own is for the application to mend. */
  #leave(client: OwnClient, how?: 'gently'): boolean {
    if (client === this.#options.client) return false;
    if (client !== this.#client) return true;
    this.#client = undefined;
    // What others have asked of a server that still answers is answered.
    if (how === 'gently' && client.close) client.close().catch(() => {});
    else client.destroy();
    return true;
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
    if (this.#options.client) return this.#settle(this.#options.client);
    const client = await makeClient(this.#url);
    try {
      // By itself a client waits for ever where a server takes its connection and says nothing.
      return await inTime(this.#settle(client), PATIENCE * this.#timeout, 'Redis');
    } catch (error) {
      if (client.isOpen) client.destroy();
      throw error;
    }
  }

  async #settle(client: RedisClient): Promise<RedisClient> {
    // Without somebody who listens an error would end the process; whoever waits for an answer learns of it there.
    if (!client.isOpen) {
      client.on('error', (error) => {
        this.#failure = { error, at: Date.now() };
      });
      await client.connect();
    }
    this.#problem = await this.#problemOf(client);
    // An outage to whoever is served, who cannot be helped in any other way.
    if (this.#problem) throw new Error(this.#problem.message);
    this.#since = performance.now();
    this.#heard = this.#since;
    return client;
  }

  async #problemOf(client: RedisClient): Promise<EvictingStoreError | undefined> {
    const policy = await evictionPolicy(client, this.prefix);
    if (policy === undefined) this.#tellUnknown();
    return evictionProblem(policy, this.#host);
  }

  #tellUnknown(): void {
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

/** A server that says no has answered: its words for that begin with a code in capitals. */
function isReply(error: unknown): boolean {
  return error instanceof Error && /^-?[A-Z]{2,} /.test(error.message);
}

/** Whether an answer is that of a replica, which takes no changes, or has lost what it is one of. */
function isDemoted(error: unknown): boolean {
  return error instanceof Error && /\b(?:READONLY|MASTERDOWN)\b/.test(error.message);
}

async function makeClient(url: string): Promise<OwnClient> {
  let redis: typeof import('redis');
  try {
    redis = await import('redis');
  } catch {
    throw new MissingClientError('RedisSessionStore', 'the package redis', 'Install it: npm install redis');
  }
  // Commands fail at once while there is no connection, and are not kept for later: nobody waits for their answers then.
  try {
    return redis.createClient({ url, disableOfflineQueue: true });
  } catch {
    throw RedisFailure.ofAddress();
  }
}
