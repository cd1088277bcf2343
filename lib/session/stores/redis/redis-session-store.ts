import { Clock } from '../../../base/clock.js';
import { SessionId } from '../../record/session-id.js';
import { type StoredText, VersionedSessionStore } from '../versioned-session-store.js';
import { RedisConnection, type RedisOptions } from './redis-connection.js';

/** Stores a text under a new key. */
const INSERT = `
  redis.call('HSET', KEYS[1], 'text', ARGV[1], 'version', 1)
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])`;
/**
 * Replaces a text if its version matches, and returns the new version. Sets the expiry last, because an expiry in the
 * past deletes the key immediately.
 */
const REPLACE = `
  if redis.call('HGET', KEYS[1], 'version') ~= ARGV[3] then return false end
  redis.call('HSET', KEYS[1], 'text', ARGV[1])
  local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])
  return version`;

/** Adds a key to a user's list, and removes expired ones. The list expires with its last key. */
const LIST = `
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
  local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
  if last[2] then redis.call('PEXPIREAT', KEYS[1], last[2]) end`;

/**
 * Stores sessions in Redis or Valkey, for any number of processes on any number of machines. A read takes one round
 * trip, and so does a write without a concurrent one. Redis removes expired sessions by itself. Needs the package
 * `redis`.
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

  /** Closes the connection, unless the client is your own. */
  async close(): Promise<void> {
    await this.#redis.close();
  }

  /** Closes the connection when the server stops. */
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
    // Listed after it is stored, because a listed key without a session is removed from the list. Nobody knows the id
    // before both are done.
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
    // The list may be incomplete if Redis has dropped keys.
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

/** Returns the key of a user's list. It contains a fingerprint, because user ids are often confidential. */
function usersKey(userId: string): string {
  return `user:${SessionId.fingerprint(userId)}`;
}

/** Formats the time when something ends. Redis takes whole milliseconds, and refuses fractions. */
export function endOf(time: number): string {
  return String(Math.ceil(time));
}
