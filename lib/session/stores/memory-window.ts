import { parseRecord } from '../record-text.js';
import { userIdOf } from '../session-record.js';

/** What expires in one stretch of time: it goes all at once. */
export class MemoryWindow {
  readonly #texts = new Map<string, string>();
  /** The keys of users, by a number made of the user's id: of a million users the ids alone would weigh as much again. */
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

  /** Puts a text in the last place. @param userId Whose session it is. */
  put(key: string, text: string, userId: string | undefined): void {
    this.#texts.delete(key);
    this.#texts.set(key, inOnePiece(text));
    if (userId !== undefined) this.#list(numberOf(userId), key);
  }

  /** @returns Whether it was there. */
  delete(key: string): boolean {
    const userId = this.#ownerOf(key);
    if (userId !== undefined) this.unlist(userId, key);
    return this.#texts.delete(key);
  }

  /** Perhaps with some of another user. */
  keysOf(userId: string): readonly string[] {
    const keys = this.#users.get(numberOf(userId)) ?? [];
    return typeof keys === 'string' ? [keys] : [...keys];
  }

  unlist(userId: string, key: string): void {
    const number = numberOf(userId);
    const owner = this.#ownerOf(key);
    // Another user's whose id makes the same number.
    if (owner !== undefined && owner !== userId && numberOf(owner) === number) return;
    const keys = this.#users.get(number);
    if (typeof keys === 'object') keys.delete(key);
    if (keys === key || (typeof keys === 'object' && keys.size === 0)) this.#users.delete(number);
  }

  /** The key of what came first and has to be dropped now. Goes on where it was: a Map is slow to pass by what is gone. */
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

  /** Most users have one session, which needs no list. */
  #list(number: number, key: string): void {
    const keys = this.#users.get(number);
    if (keys === undefined) this.#users.set(number, key);
    else if (typeof keys === 'object') keys.add(key);
    else if (keys !== key) this.#users.set(number, new Set([keys, key]));
  }
}

/** Thirty bits, which a Map keeps without an object of their own. Two users may have the same. @see FNV-1a */
function numberOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < userId.length; at++) hash = Math.imul(hash ^ userId.charCodeAt(at), 0x01000193);
  return hash & 0x3fffffff;
}

/** A text just put together keeps its pieces beside it, 64 bytes that a million sessions would all pay for; a copy has none. */
function inOnePiece(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
