import { parseRecord } from '../record/record-text.js';
import { userIdOf } from '../record/session-record.js';

/** The sessions that expire in one period of time. They are removed all at once. */
export class MemoryWindow {
  readonly #texts = new Map<string, string>();
  /** The keys of users, by a hash of the user's id: with a million users, the ids would take as much memory again. */
  readonly #users = new Map<number, string | Set<string>>();
  #leaving: Iterator<string> | undefined;

  constructor(readonly number: number) {}

  get size(): number {
    return this.#texts.size;
  }

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  /** Returns all keys, in no particular order. */
  keys(): Iterable<string> {
    return this.#texts.keys();
  }

  /** Stores a text as the last one. @param userId The user of the session. */
  put(key: string, text: string, userId: string | undefined): void {
    this.#texts.delete(key);
    this.#texts.set(key, inOnePiece(text));
    if (userId !== undefined) this.#list(numberOf(userId), key);
  }

  /** Removes a text. @returns Whether it existed. */
  delete(key: string): boolean {
    const userId = this.#ownerOf(key);
    if (userId !== undefined) this.unlist(userId, key);
    return this.#texts.delete(key);
  }

  /** Returns the keys of a user, perhaps with some of another user. */
  keysOf(userId: string): readonly string[] {
    const keys = this.#users.get(numberOf(userId)) ?? [];
    return typeof keys === 'string' ? [keys] : [...keys];
  }

  unlist(userId: string, key: string): void {
    const number = numberOf(userId);
    const owner = this.#ownerOf(key);
    // The key belongs to another user whose id has the same hash.
    if (owner !== undefined && owner !== userId && numberOf(owner) === number) return;
    const keys = this.#users.get(number);
    if (typeof keys === 'object') keys.delete(key);
    if (keys === key || (typeof keys === 'object' && keys.size === 0)) this.#users.delete(number);
  }

  /**
   * Returns the oldest key, which must be dropped now. Continues where the last call stopped, because a Map is slow
   * to skip removed entries.
   */
  nextToGo(): string | undefined {
    this.#leaving ??= this.#texts.keys();
    const { value, done } = this.#leaving.next();
    if (!done) return value;
    this.#leaving = this.#texts.keys();
    return this.#leaving.next().value;
  }

  #ownerOf(key: string): string | undefined {
    const text = this.#texts.get(key);
    const record = text === undefined ? undefined : parseRecord(text, '');
    return record && userIdOf(record);
  }

  /** Adds a key to a user's. Most users have one session, which needs no set. */
  #list(number: number, key: string): void {
    const keys = this.#users.get(number);
    if (keys === undefined) this.#users.set(number, key);
    else if (typeof keys === 'object') keys.add(key);
    else if (keys !== key) this.#users.set(number, new Set([keys, key]));
  }
}

/** Returns the next keys after one, in their order, without sorting all of them. */
export function keysAfter(windows: Iterable<MemoryWindow>, after: string, limit: number): string[] {
  let found: string[] = [];
  let last: string | undefined;
  for (const window of windows) {
    for (const key of window.keys()) {
      if (key <= after || (last !== undefined && key > last)) continue;
      found.push(key);
      if (found.length < 3 * limit) continue;
      found = found.sort().slice(0, limit);
      last = found.at(-1);
    }
  }
  return found.sort().slice(0, limit);
}

/**
 * Hashes a user's id to 30 bits, which a Map stores without an extra object. Two users may have the same hash. @see
 * FNV-1a
 */
function numberOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < userId.length; at++) hash = Math.imul(hash ^ userId.charCodeAt(at), 0x01000193);
  return hash & 0x3fffffff;
}

/**
 * Returns a compact copy. A concatenated string keeps its pieces, which would take 64 more bytes for each of a
 * million sessions.
 */
function inOnePiece(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
