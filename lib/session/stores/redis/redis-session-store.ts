import { Clock } from '../../../base/clock.js';
import { SessionId } from '../../record/session-id.js';
import type { KeyedText } from '../moved-record.js';
import { type StoredText, VersionedSessionStore } from '../versioned-session-store.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisOptions } from './redis-options.js';
import { INSERT, KEYS, LIST, MOVE, REMOVE, REPLACE, UNLIST } from './session-scripts.js';

/** The number of keys that a server is asked to look at in one step of a search. */
const STEP = '1000';
/** The name of a session's key, after the prefix. */
const SESSION = /^[A-Za-z0-9_-]{43}$/;

/**
 * Stores sessions in Redis or Valkey, for any number of processes on any number of machines. A read takes one round
 * trip, and so does a write without a concurrent one, a sign-in included. Redis removes expired sessions by itself.
 * Needs the package `redis`, or a client of your own.
 *
 * @example services.override(SessionStore, () => new RedisSessionStore({ url: process.env.REDIS_URL }))
 */
export class RedisSessionStore extends VersionedSessionStore {
  readonly #redis: RedisConnection;
  /** True once a server has refused two keys in one script, as those of a cluster do. */
  #isSplit = false;

  constructor(options: RedisOptions = {}, clock: Clock = new Clock()) {
    super(clock);
    this.#redis = new RedisConnection(options);
    this.#isSplit = options.cluster !== undefined;
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
    const [text, version] = await this.#fields(key, 'text', 'version');
    return typeof text === 'string' && typeof version === 'string' ? { text, version } : undefined;
  }

  protected override async insert(key: string, text: string, expiresAt: number, userId?: string): Promise<void> {
    // Both are sent at once. A key is listed before there is a session under it, or without one after a crash: it stays
    // in the list until it expires, so that a concurrent request cannot remove it too early.
    const inserting = this.#redis.run(INSERT, key, text, endOf(expiresAt), hintOf(userId));
    await Promise.all([inserting, this.#list(userId, key, expiresAt)]);
  }

  protected override async replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string,
    userId?: string,
  ): Promise<string | undefined> {
    const replacing = this.#redis.run(REPLACE, key, text, endOf(expiresAt), version, hintOf(userId));
    const [next] = await Promise.all([replacing, this.#list(userId, key, expiresAt)]);
    return next === null ? undefined : String(next);
  }

  /**
   * Moves a session in one step. In a cluster, where two keys are usually on different servers, it takes two steps, of
   * which the first stores the new key: a crash in between loses nothing.
   */
  protected override async move(from: KeyedText, version: string, to: KeyedText): Promise<boolean> {
    if (this.#isSplit) return super.move(from, version, to);
    const values = [from.text, endOf(from.expiresAt), version, to.text, endOf(to.expiresAt), hintOf(to.userId)];
    const moving = this.#redis.run(MOVE, [from.key, to.key], ...values);
    try {
      const [isMoved] = await Promise.all([moving, this.#list(to.userId, to.key, to.expiresAt)]);
      return isMoved !== null;
    } catch (error) {
      if (!isAcrossSlots(error)) throw error;
      this.#isSplit = true;
      return super.move(from, version, to);
    }
  }

  protected override async remove(key: string): Promise<void> {
    await this.#redis.run(REMOVE, key);
  }

  /** Returns the keys in the user's list, and searches all sessions when Redis may have dropped some from the list. */
  protected override async keysOf(userId: string, isThorough = false): Promise<readonly string[]> {
    const listing = this.#redis.look(KEYS, usersKey(userId)) as Promise<readonly string[]>;
    const [listed, { isImpossible }] = await Promise.all([listing, this.#redis.eviction()]);
    if (isImpossible && !isThorough) return listed;
    return [...new Set([...listed, ...(await this.#search(userId))])];
  }

  protected override async unlist(userId: string, key: string): Promise<void> {
    await this.#redis.run(UNLIST, usersKey(userId), key);
  }

  /**
   * Searches all servers for sessions, without blocking them. A key may be found twice; one that is stored meanwhile may
   * be missing.
   *
   * @returns The keys, some at a time, as `find` takes them.
   */
  protected async *sessionKeys(): AsyncGenerator<readonly string[]> {
    // A client may have a prefix of its own, which SCAN does not know of.
    const prefix = String(await this.#redis.look('return KEYS[1]', ''));
    const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    for (const send of await this.#redis.ask((commands) => commands.servers())) {
      let cursor = '0';
      do {
        const page = await this.#redis.ask(() => send('SCAN', cursor, 'MATCH', pattern, 'COUNT', STEP));
        const [next, keys] = page as [unknown, string[]];
        cursor = String(next);
        yield keys.map((key) => key.slice(prefix.length)).filter((key) => SESSION.test(key));
      } while (cursor !== '0');
    }
  }

  async #search(userId: string): Promise<readonly string[]> {
    const hint = hintOf(userId);
    const found: string[] = [];
    for await (const keys of this.sessionKeys()) {
      const hints = await Promise.all(keys.map((key) => this.#fields(key, 'user')));
      // Sessions of earlier versions do not tell their user.
      found.push(...keys.filter((_, at) => [hint, null, undefined].includes(hints[at]?.[0])));
    }
    return found;
  }

  #fields(key: string, ...fields: string[]): Promise<readonly (string | null)[]> {
    return this.#redis.ask((commands) => commands.hmget(this.#redis.prefix + key, fields));
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

/** Returns the name of the user in a session, for a search. Empty for a guest. */
function hintOf(userId: string | undefined): string {
  return userId === undefined ? '' : SessionId.fingerprint(userId);
}

function isAcrossSlots(error: unknown): boolean {
  return error instanceof Error && error.message.includes('CROSSSLOT');
}

/** Formats the time when something ends. Redis takes whole milliseconds, and refuses fractions. */
export function endOf(time: number): string {
  return String(Math.ceil(time));
}
