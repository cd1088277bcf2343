import { SessionId } from '../../record/session-id.js';
import { KeyedRevocationList } from '../revocation-list.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisOptions } from './redis-options.js';
import { endOf } from './redis-session-store.js';

/** Stores the later of two times, for as long as either call needs it: an earlier call may arrive late. */
const KEEP_LATEST = `
  local kept = tonumber(redis.call('GET', KEYS[1]) or 0)
  local left = redis.call('PTTL', KEYS[1])
  local seconds, micros = unpack(redis.call('TIME'))
  local ends = left > 0 and seconds * 1000 + math.floor(micros / 1000) + left or 0
  if tonumber(ARGV[1]) > kept then redis.call('SET', KEYS[1], ARGV[1]) end
  redis.call('PEXPIREAT', KEYS[1], math.max(ends, ARGV[2]))`;

/**
 * Stores revocations in Redis or Valkey, for any number of processes. Needs the package `redis`.
 *
 * @example services.override(RevocationList, () => new RedisRevocationList({ url: process.env.REDIS_URL }))
 */
export class RedisRevocationList extends KeyedRevocationList {
  readonly #redis: RedisConnection;

  constructor(options: RedisOptions = {}) {
    super();
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

  override async notBefore(userId: string): Promise<number | undefined> {
    const kept = await this.#redis.look(`return redis.call('GET', KEYS[1])`, keyOf(userId));
    return kept === null ? undefined : Number(kept);
  }

  /**
   * Revokes a user's sessions that began before a time. @throws When Redis may drop the entry, which would make
   * revoked sessions valid again.
   */
  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    await this.#redis.assertKeeps();
    await this.#redis.run(KEEP_LATEST, keyOf(userId), String(time), endOf(until));
  }
}

function keyOf(userId: string): string {
  return `revoked:${SessionId.fingerprint(userId)}`;
}
