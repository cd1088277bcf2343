import { Clock } from '../clock.js';
import { SessionId } from '../session-id.js';
import { endOf, RedisConnection, type RedisOptions } from './redis-connection.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

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

/** Adds a key to those of a user, and drops what has expired. The whole goes when the last of it does. */
const LIST = `
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
  local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
  if last[2] then redis.call('PEXPIREAT', KEYS[1], last[2]) end`;

/**
 * Keeps sessions in Redis or Valkey, for any number of processes on any number of machines. A read is one round trip, and
 * so is a write that nobody else came before. Redis drops what has expired by itself. Needs the package `redis`.
 *
 * @example services.override(SessionStore, () => new RedisSessionStore({ url: process.env.REDIS_URL }))
 */
export class RedisSessionStore extends VersionedSessionStore {
  readonly #redis: RedisConnection;

  constructor(options: RedisOptions = {}, clock: Clock = new Clock()) {
    super(clock);
    this.#redis = new RedisConnection(options);
  }

  override async assertKeeps(): Promise<void> {
    await this.#redis.prepare();
  }

  /** Ends the connection, unless it is one of your own. */
  async close(): Promise<void> {
    await this.#redis.close();
  }

  /** Ends the connection with the server that the store was made for. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override async find(key: string): Promise<StoredText | undefined> {
    const [text, version] = await this.#redis.ask((client) =>
      client.hmGet(this.#redis.prefix + key, ['text', 'version']),
    );
    return typeof text === 'string' && typeof version === 'string' ? { text, version } : undefined;
  }

  protected override async insert(key: string, text: string, expiresAt: number, userId?: string): Promise<void> {
    // Listed after it is there, lest somebody who lists takes it for one that has gone; nobody knows its id before both.
    await this.#redis.run(INSERT, key, text, endOf(expiresAt));
    await this.#list(userId, key, expiresAt);
  }

  protected override async replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string,
    userId?: string,
  ): Promise<string | undefined> {
    const replacing = this.#redis.run(REPLACE, key, text, endOf(expiresAt), version);
    const [next] = await Promise.all([replacing, this.#list(userId, key, expiresAt)]);
    return next === null ? undefined : String(next);
  }

  protected override async remove(key: string): Promise<void> {
    await this.#redis.ask((client) => client.del(this.#redis.prefix + key));
  }

  protected override async keysOf(userId: string): Promise<readonly string[]> {
    const listing = this.#redis.ask((client) => client.zRange(this.#redis.prefix + usersKey(userId), 0, -1));
    // A list may be short by what has been dropped.
    const [keys] = await Promise.all([listing, this.#redis.assertKeeps()]);
    return keys;
  }

  protected override async unlist(userId: string, key: string): Promise<void> {
    await this.#redis.ask((client) => client.zRem(this.#redis.prefix + usersKey(userId), key));
  }

  async #list(userId: string | undefined, key: string, expiresAt: number): Promise<void> {
    if (userId === undefined) return;
    await this.#redis.run(LIST, usersKey(userId), key, endOf(expiresAt), String(this.clock.now()));
  }
}

/** A fingerprint: users are often known by what must not be seen. */
function usersKey(userId: string): string {
  return `user:${SessionId.fingerprint(userId)}`;
}
