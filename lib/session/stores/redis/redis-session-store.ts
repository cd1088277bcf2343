import { Clock } from '../../../base/clock.js';
import { SessionId } from '../../record/session-id.js';
import type { TextPage } from '../listing/listing.js';
import type { KeyedText } from '../moved-record.js';
import { type StoredText, VersionedSessionStore } from '../versioned-session-store.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisOptions } from './redis-options.js';
import { INSERT, KEYS, LIST, MOVE, REMOVE, REPLACE, UNLIST } from './session-scripts.js';

/** The number of keys that a server is asked to look at in one step of a search. */
const STEP = '1000';
/** The name of a session's key, after the prefix. */
const SESSION = /^[A-Za-z0-9_-]{43}$/;

/** A place in a walk through the keys of all primaries: `0.42.`, or after a key of that step: `0.42.key`. */
interface ScanPlace {
  readonly server: number;
  /** The cursor of SCAN. */
  readonly cursor: string;
  readonly key: string;
}

interface ScanStep {
  readonly keys: readonly string[];
  readonly next: ScanPlace | undefined;
}

const START: ScanPlace = { server: 0, cursor: '0', key: '' };
const MAX_CURSOR = 2n ** 64n - 1n;
const PLACE = /^(\d{1,4})\.(\d{1,20})\.([A-Za-z0-9_-]{0,43})$/;

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
    for (let at: ScanPlace | undefined = START; at; ) {
      const step: ScanStep = await this.#scan(at);
      yield step.keys;
      at = step.next;
    }
  }

  protected override async entriesAfter(after: string | undefined, limit: number): Promise<TextPage> {
    const place = placeIn(after);
    const { keys, next } = await this.#scan(place);
    // A page may end within the answer to one step, which is then asked for again.
    const left = keys.filter((key) => key > place.key).sort();
    const taken = left.slice(0, limit);
    const found = await Promise.all(taken.map((key) => this.find(key)));
    const entries = taken.flatMap((key, at) => {
      const text = found[at]?.text;
      return text === undefined ? [] : [{ key, text, cursor: nameOf({ ...place, key }) }];
    });
    const isCut = taken.length < left.length;
    return { entries, next: isCut ? nameOf({ ...place, key: taken.at(-1) ?? '' }) : next && nameOf(next) };
  }

  /** Asks one primary for some of the keys of its sessions. */
  async #scan({ server, cursor }: ScanPlace): Promise<ScanStep> {
    // A client may have a prefix of its own, which SCAN does not know of.
    const prefix = String(await this.#redis.look('return KEYS[1]', ''));
    const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    const servers = await this.#redis.ask((commands) => commands.servers());
    const send = servers[server];
    if (!send) return { keys: [], next: undefined };
    const page = await this.#redis.ask(() => send('SCAN', cursor, 'MATCH', pattern, 'COUNT', STEP));
    const [next, names] = page as [unknown, string[]];
    const keys = names.map((key) => key.slice(prefix.length)).filter((key) => SESSION.test(key));
    const isLast = String(next) === '0';
    if (!isLast) return { keys, next: { server, cursor: String(next), key: '' } };
    return { keys, next: server + 1 < servers.length ? { server: server + 1, cursor: '0', key: '' } : undefined };
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

function nameOf({ server, cursor, key }: ScanPlace): string {
  return `${server}.${cursor}.${key}`;
}

/** Reads a place that may come from outside. Any other string is the beginning. */
function placeIn(name: string | undefined): ScanPlace {
  const [, server, cursor = '0', key = ''] = PLACE.exec(name ?? '') ?? [];
  // SCAN refuses a number of more than 64 bits.
  if (server === undefined || BigInt(cursor) > MAX_CURSOR) return START;
  return { server: Number(server), cursor, key };
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
