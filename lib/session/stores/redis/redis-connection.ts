import { inTime } from '../../../base/waiting.js';
import { type EvictingStoreError, MissingClientError } from '../../../errors/index.js';
import { evictionPolicy, evictionProblem, explained, RedisFailure } from './redis-failure.js';

/** The default address. */
export const DEFAULT_URL = 'redis://localhost:6379';
export const DEFAULT_PREFIX = 'gatehouse:';
const TIMEOUT = 2;
/** Number of timeouts without any answer of the server after which a client is replaced. */
const PATIENCE = 5;
/** Milliseconds that a client keeps a server which refuses changes: its name may resolve to another one by then. */
const SETTLING = 250;
/** Milliseconds for which a client's last connection error explains a timeout. */
const FRESH = 10_000;

/** The methods of a client, as the package `redis` (version 5 or newer) has them, for one server or a cluster. */
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
  /** Called when INFO does not return the eviction policy. */
  configGet?(setting: string): Promise<unknown>;
}

/** Options for the Redis session store and revocation list. */
export interface RedisOptions {
  /** The address. Default: `REDIS_URL` from the environment, or `redis://localhost:6379`. */
  url?: string | undefined;
  /** The prefix of every key. Default: `gatehouse:`. */
  keyPrefix?: string | undefined;
  /** Seconds after which a command without an answer fails. Default: 2. */
  timeout?: number | undefined;
  /** Your own client, for a cluster or for more settings. It is connected if it is not connected yet. */
  client?: RedisClient | undefined;
}

/** A client created here. It is closed once its pending commands are answered. */
type OwnClient = RedisClient & { close?(): Promise<unknown> };

/**
 * A connection that is opened at first use and recovers automatically: its client reconnects after a close, and a new
 * client replaces it when the server has become a replica or has vanished without closing anything.
 */
export class RedisConnection {
  /** Servers whose eviction policy is unknown and was already logged. */
  static readonly #warnedOf = new Set<string>();
  /** The prefix of every key. */
  readonly prefix: string;
  readonly #options: RedisOptions;
  readonly #timeout: number;
  #client: OwnClient | undefined;
  /** When the server last answered. */
  #heard = 0;
  #since = 0;
  #connecting: Promise<RedisClient> | undefined;
  #problem: EvictingStoreError | undefined;
  /** The client's last connection error. */
  #failure: { readonly error: unknown; readonly at: number } | undefined;

  constructor(options: RedisOptions) {
    this.prefix = options.keyPrefix ?? DEFAULT_PREFIX;
    this.#options = options;
    this.#timeout = (options.timeout ?? TIMEOUT) * 1000;
  }

  /**
   * Connects and checks the eviction policy. @throws {EvictingStoreError} When it drops keys. @throws After the
   * timeout.
   */
  async prepare(): Promise<void> {
    try {
      await this.ask(async () => undefined);
    } catch (error) {
      throw this.#problem ?? error;
    }
  }

  /** Checks the policy again, which can change at run time. @throws When keys may have been dropped. */
  async assertKeeps(): Promise<void> {
    const problem = await this.ask((client) => this.#problemOf(client));
    if (problem) throw new Error(problem.message);
  }

  /** Closes the connection, unless the client belongs to the application. A failed connection attempt is ignored. */
  async close(): Promise<void> {
    const client = this.#client ?? (await this.#connecting?.catch(() => undefined));
    if (client && client !== this.#options.client) client.destroy();
  }

  /** Runs a script on one key. */
  run(script: string, key: string, ...values: string[]): Promise<unknown> {
    return this.ask((client) => client.eval(script, { keys: [this.prefix + key], arguments: values }));
  }

  /**
   * Runs one command, and repeats it once if the server refuses it because it has become a replica.
   *
   * @throws When it does not answer in time. A client that has lost its server reconnects by itself.
   */
  async ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer> {
    const asked: { client?: RedisClient | undefined } = {};
    try {
      return await inTime(this.#answer(command, asked), this.#timeout, 'Redis');
    } catch (error) {
      // Sent but not answered: a server that lost power or network closes nothing.
      if (asked.client) this.#leave(asked.client);
      const isFresh = this.#failure && Date.now() - this.#failure.at < FRESH;
      throw explained(error, isFresh ? this.#failure?.error : undefined, this.#host);
    }
  }

  /** @param asked Contains the client while it owes the answer. */
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

  /** Replaces a client if its error shows that it is of no more use. @returns Whether to repeat the command. */
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

  /** Drops a client, unless it is the application's own. @returns Whether another client may succeed. */
  #leave(client: OwnClient, how?: 'gently'): boolean {
    if (client === this.#options.client) return false;
    if (client !== this.#client) return true;
    this.#client = undefined;
    // A server that still answers can finish the pending commands of other requests.
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
      // A client alone waits forever for a server that accepts connections but does not answer.
      return await inTime(this.#settle(client), PATIENCE * this.#timeout, 'Redis');
    } catch (error) {
      if (client.isOpen) client.destroy();
      throw error;
    }
  }

  async #settle(client: RedisClient): Promise<RedisClient> {
    // Without a listener, an error would end the process. The waiting command reports it anyway.
    if (!client.isOpen) {
      client.on('error', (error) => {
        this.#failure = { error, at: Date.now() };
      });
      await client.connect();
    }
    this.#problem = await this.#problemOf(client);
    // For a running server this is an outage, because nothing else helps its users.
    if (this.#problem) throw new Error(this.#problem.message);
    this.#since = performance.now();
    this.#heard = this.#since;
    return client;
  }

  async #problemOf(client: RedisClient): Promise<EvictingStoreError | undefined> {
    const policy = await evictionPolicy(client, this.prefix);
    if (policy === undefined) this.#logUnknown();
    return evictionProblem(policy, this.#host);
  }

  #logUnknown(): void {
    if (RedisConnection.#warnedOf.has(this.#host)) return;
    RedisConnection.#warnedOf.add(this.#host);
    console.warn(
      `[astro-gatehouse] Redis at ${this.#host} reports neither by INFO nor by CONFIG GET whether it drops keys when ` +
        'memory is short. Make sure that its maxmemory-policy is noeviction: otherwise ended sessions may come back, ' +
        'and lists may be incomplete.',
    );
  }

  get #url(): string {
    return this.#options.url ?? process.env.REDIS_URL ?? DEFAULT_URL;
  }

  /** The host and port, without user and password. */
  get #host(): string {
    if (this.#options.client) return "the client's address";
    return URL.canParse(this.#url) ? new URL(this.#url).host : 'its address';
  }
}

/** Checks whether an error is a server's answer: its message then begins with a code in capitals. */
function isReply(error: unknown): boolean {
  return error instanceof Error && /^-?[A-Z]{2,} /.test(error.message);
}

/** Checks whether an error comes from a replica, which takes no changes, or from one without its primary. */
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
  // Without a connection, commands fail immediately instead of being queued: nobody waits for late answers.
  try {
    return redis.createClient({ url, disableOfflineQueue: true });
  } catch {
    throw RedisFailure.ofAddress();
  }
}
