import { KeyedRevocationList } from '../revocation-list.js';
import { SessionId } from '../session-id.js';
import { endOf, RedisConnection, type RedisOptions } from './redis-connection.js';

/** Keeps the later of two times, for as long as it is of use. */
const KEEP_LATEST = `
  local kept = tonumber(redis.call('GET', KEYS[1]) or 0)
  if tonumber(ARGV[1]) > kept then redis.call('SET', KEYS[1], ARGV[1]) end
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])`;

/** Keeps in Redis or Valkey what has been revoked. Needs the package `redis`. */
export class RedisRevocationList extends KeyedRevocationList {
  readonly #redis: RedisConnection;

  constructor(options: RedisOptions = {}) {
    super();
    this.#redis = new RedisConnection(options);
  }

  override async assertKeeps(): Promise<void> {
    await this.#redis.prepare();
  }

  /** Ends the connection, unless it is one of your own. */
  async close(): Promise<void> {
    await this.#redis.close();
  }

  /** Ends the connection with the server that the list was made for. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  override async notBefore(userId: string): Promise<number | undefined> {
    const kept = await this.#redis.ask((client) => client.get(this.#redis.prefix + keyOf(userId)));
    return kept === null ? undefined : Number(kept);
  }

  /** @throws When Redis may drop what is filed, and with it bring back what was revoked. */
  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    await this.#redis.assertKeeps();
    await this.#redis.run(KEEP_LATEST, keyOf(userId), String(time), endOf(until));
  }
}

function keyOf(userId: string): string {
  return `revoked:${SessionId.fingerprint(userId)}`;
}
