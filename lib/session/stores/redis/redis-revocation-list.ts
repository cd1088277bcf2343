import { SessionId } from '../../record/session-id.js';
import { type FoundRevocations, KeyedRevocationList } from '../revocation-list.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisOptions } from './redis-options.js';
import { endOf } from './redis-session-store.js';

/**
 * Reads an entry: the time of the last revocation, the epoch, and when one session expires that has ended. Earlier
 * versions stored the time alone.
 */
const FIND = `
  if redis.call('TYPE', KEYS[1]).ok == 'string' then return {redis.call('GET', KEYS[1])} end
  return redis.call('HMGET', KEYS[1], 'time', 'epoch', ARGV[1])`;

/**
 * Adds to an entry, and returns its epoch: when it may be removed, the time of a revocation, an epoch for an entry that
 * has none, an ended session. What is empty is left as it is. Stores the later of two times, for as long as either call
 * needs it: an earlier call may arrive late.
 */
const KEEP = `
  local left = redis.call('PTTL', KEYS[1])
  local seconds, micros = unpack(redis.call('TIME'))
  local now = seconds * 1000 + math.floor(micros / 1000)
  local ends = left > 0 and now + left or 0
  if redis.call('TYPE', KEYS[1]).ok == 'string' then
    local time = redis.call('GET', KEYS[1])
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'time', time)
  end
  local known = tonumber(redis.call('HGET', KEYS[1], 'time') or 0)
  if ARGV[2] ~= '' and tonumber(ARGV[2]) > known then redis.call('HSET', KEYS[1], 'time', ARGV[2]) end
  if ARGV[3] ~= '' then redis.call('HSETNX', KEYS[1], 'epoch', ARGV[3]) end
  local fields = redis.call('HGETALL', KEYS[1])
  for at = 1, #fields, 2 do
    local isOver = string.sub(fields[at], 1, 8) == 'session:' and tonumber(fields[at + 1]) <= now
    if isOver then redis.call('HDEL', KEYS[1], fields[at]) end
  end
  if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], ARGV[4], ARGV[1]) end
  redis.call('PEXPIREAT', KEYS[1], math.max(ends, ARGV[1]))
  return redis.call('HGET', KEYS[1], 'epoch')`;

/** The parts of an entry that a call adds to. */
interface Addition {
  readonly time?: number;
  readonly epoch?: string;
  readonly session?: string;
}

/**
 * Stores revocations in Redis or Valkey, for any number of processes. All that is known of a user is one entry, and
 * sessions contain its epoch: if Redis loses the entry, the user's sessions end, and no revoked one comes back. Needs the
 * package `redis`, or a client of your own.
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

  override async epochOf(userId: string, until: number): Promise<string> {
    return String(await this.#keep(userId, until, { epoch: SessionId.generate() }));
  }

  override async find(userId: string, session: string | undefined): Promise<FoundRevocations> {
    const finding = this.#redis.look(FIND, keyOf(userId), fieldOf(session ?? ''));
    // Earlier versions stored an ended session apart from its user. Both are asked for at once.
    const [found, hadEnded] = await Promise.all([finding, session === undefined ? false : this.hasEnded(session)]);
    const [time, epoch, until] = found as readonly (string | null | undefined)[];
    return {
      ...(typeof time === 'string' && { notBefore: Number(time) }),
      epoch: epoch ?? null,
      hasEnded: hadEnded || (session !== undefined && typeof until === 'string'),
    };
  }

  override async notBefore(userId: string): Promise<number | undefined> {
    return (await this.find(userId, undefined)).notBefore;
  }

  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    // Although Redis may drop the entry, it is stored: without it, the user's sessions end as well.
    await Promise.all([this.#keep(userId, until, { time }), this.#redis.eviction()]);
  }

  override async endSession(session: string, time: number, until: number, userId?: string): Promise<void> {
    if (userId === undefined) await super.endSession(session, time, until);
    else await this.#keep(userId, until, { session });
  }

  #keep(userId: string, until: number, { time, epoch, session }: Addition): Promise<unknown> {
    const field = session === undefined ? '' : fieldOf(session);
    return this.#redis.run(
      KEEP,
      keyOf(userId),
      endOf(until),
      time === undefined ? '' : String(time),
      epoch ?? '',
      field,
    );
  }
}

function keyOf(userId: string): string {
  return `revoked:${SessionId.fingerprint(userId)}`;
}

/** Returns the name of an ended session in the entry of its user. */
function fieldOf(session: string): string {
  return `session:${session}`;
}
