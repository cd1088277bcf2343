import { Clock } from '../../base/clock.js';
import { injectable } from '../../injectable.js';
import { SessionConfig } from '../session-config.js';
import { KeysAhead } from './listing/keys-ahead.js';
import type { TextPage } from './listing/listing.js';
import { keysAfter, MemoryWindow } from './memory-window.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

/** Number of windows. Few, because a lookup searches one window after another. */
const WINDOWS = 16;
/** Number of windows for sessions that last far longer. */
const LONG_WINDOWS = 64;
const MAX_SESSIONS = 1_000_000;
/** Number of characters of a key that are stored. */
const KEPT_OF_KEY = 32;
const KEY = /^[A-Za-z0-9_-]{32}$/;

/** The key under which a store finds the sessions of an earlier one. */
const KEPT = 'sessions';

interface Contents {
  /** The windows, the latest first, because most visitors who return were here recently. */
  readonly windows: MemoryWindow[];
  size: number;
}

/** Options for {@link MemorySessionStore}. */
export interface MemoryOptions {
  /** Maximum number of sessions; beyond it, those idle for longest are removed first. Default: one million. */
  maxSessions?: number | undefined;
}

/**
 * Lets a store continue with the sessions of an earlier one with the same settings, and leave them to the next one, so
 * that an edit during development signs nobody out. For this package only.
 */
export let continueSessions: (store: MemorySessionStore, kept: Map<string, unknown>) => void;

/**
 * Stores sessions in this process: there is nothing to run, a sign-out ends a session immediately, and a restart ends
 * all of them. Other processes do not see them. Sessions are text, grouped by the period in which they expire. A
 * period that has passed is removed as a whole, so that no request waits for the removal of expired sessions.
 */
@injectable()
export class MemorySessionStore extends VersionedSessionStore {
  #contents: Contents = { windows: [], size: 0 };
  readonly #windowLength: number;
  readonly #longWindowLength: number;
  #maxSessions = MAX_SESSIONS;
  readonly #ahead = new KeysAhead((after, limit) => keysAfter(this.#contents.windows, after, limit));

  static {
    continueSessions = (store, kept) => store.#goOnFrom(kept);
  }

  constructor(config: SessionConfig, clock: Clock) {
    super(clock);
    this.#windowLength = Math.max(1, Math.ceil(config.longestIdle / WINDOWS));
    this.#longWindowLength = Math.max(this.#windowLength, Math.ceil(config.rememberMe.idleTimeout / LONG_WINDOWS));
  }

  /** Sets the maximum number of sessions. Call it before the first session is stored. */
  limitTo(maxSessions = MAX_SESSIONS): this {
    this.#maxSessions = maxSessions;
    return this;
  }

  #goOnFrom(kept: Map<string, unknown>): void {
    const settings = [this.#windowLength, this.#longWindowLength, this.#maxSessions].join();
    const before = kept.get(KEPT) as { settings: string; contents: Contents } | undefined;
    if (before?.settings === settings) this.#contents = before.contents;
    else kept.set(KEPT, { settings, contents: this.#contents });
  }

  /** The number of stored texts: sessions, and for one minute the records that lead to a session with a new id. */
  get size(): number {
    return this.#contents.size;
  }

  // The text is its own version, because comparing texts compares everything.
  protected override find(key: string): StoredText | undefined {
    const short = packed(key);
    const text = this.#windowOf(short)?.get(short);
    return text === undefined ? undefined : { text, version: text };
  }

  protected override insert(key: string, text: string, expiresAt: number, userId?: string): void {
    if (this.#contents.size >= this.#maxSessions) this.#dropLongestIdle();
    this.#windowFor(expiresAt).put(packed(key), text, userId);
    this.#contents.size += 1;
  }

  protected override replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string,
    userId?: string,
  ): string | undefined {
    const short = packed(key);
    const window = this.#windowOf(short);
    if (window?.get(short) !== version) return undefined;
    const next = this.#windowFor(expiresAt);
    if (next !== window) window.delete(short);
    next.put(short, text, userId);
    return text;
  }

  protected override remove(key: string): void {
    const short = packed(key);
    this.#delete(this.#windowOf(short), short);
  }

  protected override keysOf(userId: string): readonly string[] {
    this.#dropExpiredWindows();
    return this.#contents.windows.flatMap((window) => window.keysOf(userId)).map(unpacked);
  }

  protected override entriesAfter(after: string | undefined, limit: number): TextPage {
    this.#dropExpiredWindows();
    const place = after !== undefined && KEY.test(after) ? packed(after) : '';
    const keys = this.#ahead.next(place, limit, this.clock.now());
    const entries = keys.map((key) => ({ key: unpacked(key), text: this.#windowOf(key)?.get(key) ?? '' }));
    return { entries, next: entries.length < limit ? undefined : entries.at(-1)?.key };
  }

  protected override unlist(userId: string, key: string): void {
    for (const window of this.#contents.windows) window.unlist(userId, packed(key));
  }

  #delete(window: MemoryWindow | undefined, short: string | undefined): void {
    if (short !== undefined && window?.delete(short)) this.#contents.size -= 1;
  }

  /** Removes the session that expires first, which has been idle for longest. */
  #dropLongestIdle(): void {
    this.#dropExpiredWindows();
    const window = this.#contents.windows.findLast(({ size }) => size > 0);
    if (this.#contents.size >= this.#maxSessions) this.#delete(window, window?.nextToGo());
  }

  #windowOf(short: string): MemoryWindow | undefined {
    this.#dropExpiredWindows();
    return this.#contents.windows.find((window) => window.has(short));
  }

  #windowFor(expiresAt: number): MemoryWindow {
    const number = this.#numberFor(expiresAt);
    const found = this.#contents.windows.find((window) => window.number === number);
    if (found) return found;
    this.#dropExpiredWindows();
    const window = new MemoryWindow(number);
    this.#contents.windows.push(window);
    this.#contents.windows.sort((a, b) => b.number - a.number);
    return window;
  }

  /**
   * Returns the number of the window for an expiry. Sessions that last far longer than most share longer windows;
   * otherwise there would be a window for each hour of a month.
   */
  #numberFor(expiresAt: number): number {
    const isLong = expiresAt - this.clock.now() > (WINDOWS + 1) * this.#windowLength;
    const length = isLong ? this.#longWindowLength : this.#windowLength;
    return Math.ceil((Math.ceil(expiresAt / length) * length) / this.#windowLength);
  }

  #dropExpiredWindows(): void {
    const running = Math.ceil(this.clock.now() / this.#windowLength);
    for (
      let last = this.#contents.windows.at(-1);
      last && last.number < running;
      last = this.#contents.windows.at(-1)
    ) {
      this.#contents.windows.pop();
      this.#contents.size -= last.size;
    }
  }
}

/**
 * Packs a key into 192 bits of the fingerprint, one byte per character. This is enough to distinguish all ids, and
 * saves 24 bytes per session.
 */
function packed(key: string): string {
  return atob(key.slice(0, KEPT_OF_KEY).replaceAll('-', '+').replaceAll('_', '/'));
}

function unpacked(short: string): string {
  return btoa(short).replaceAll('+', '-').replaceAll('/', '_');
}
