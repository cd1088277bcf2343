import { MissingClientError } from '../../errors.js';
import { Clock } from '../clock.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

const DEFAULT_URL = 'redis://localhost:6379';
const TIMEOUT = 2;

/** Keeps a text that was not there before. */
const INSERT = `
  redis.call('HSET', KEYS[1], 'text', ARGV[1], 'version', 1)
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])`;
/** Replaces a text if it is still of that version, and gives the new one. Last the time: it may drop the key at once. */
const REPLACE = `
  if redis.call('HGET', KEYS[1], 'version') ~= ARGV[3] then return false end
  redis.call('HSET', KEYS[1], 'text', ARGV[1])
  local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])
  return version`;

/** What is asked of a client: those of the package `redis`, version 5 or newer, for one server or a cluster, have it. */
export interface RedisClient {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  hmGet(key: string, fields: string[]): Promise<(string | null)[]>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  del(key: string): Promise<unknown>;
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

/**
 * Keeps sessions in Redis or Valkey, for any number of processes on any number of machines. A read is one round trip, and
 * so is a write that nobody else came before. Redis drops what has expired by itself. Needs the package `redis`.
 *
 * @example services.override(SessionStore, () => new RedisSessionStore({ url: process.env.REDIS_URL }))
 */
export class RedisSessionStore extends VersionedSessionStore {
  readonly #options: RedisOptions;
  readonly #prefix: string;
  readonly #timeout: number;
  #client: RedisClient | undefined;
  #connecting: Promise<RedisClient> | undefined;

  constructor(options: RedisOptions = {}, clock: Clock = new Clock()) {
    super(clock);
    this.#options = options;
    this.#prefix = options.keyPrefix ?? 'gatehouse:';
    this.#timeout = (options.timeout ?? TIMEOUT) * 1000;
  }

  /** Ends the connection, unless it is one of your own. */
  async close(): Promise<void> {
    const client = await (this.#client ?? this.#connecting);
    if (client && client !== this.#options.client) client.destroy();
  }

  protected override async find(key: string): Promise<StoredText | undefined> {
    const [text, version] = await this.#ask((client) => client.hmGet(this.#prefix + key, ['text', 'version']));
    return typeof text === 'string' && typeof version === 'string' ? { text, version } : undefined;
  }

  protected override async insert(key: string, text: string, expiresAt: number): Promise<void> {
    await this.#run(INSERT, key, text, String(expiresAt));
  }

  protected override async replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string,
  ): Promise<string | undefined> {
    const next = await this.#run(REPLACE, key, text, String(expiresAt), version);
    return next === null ? undefined : String(next);
  }

  protected override async remove(key: string): Promise<void> {
    await this.#ask((client) => client.del(this.#prefix + key));
  }

  #run(script: string, key: string, ...values: string[]): Promise<unknown> {
    return this.#ask((client) => client.eval(script, { keys: [this.#prefix + key], arguments: values }));
  }

  /** @throws When there is no answer in time. A client that has lost its server comes back by itself. */
  async #ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Redis did not answer within ${this.#timeout} ms.`)), this.#timeout);
    });
    try {
      return await Promise.race([this.#connected().then(command), late]);
    } finally {
      clearTimeout(timer);
    }
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
