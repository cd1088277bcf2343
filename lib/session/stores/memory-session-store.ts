import { injectable } from '../../injectable.js';
import { Clock } from '../clock.js';
import { SessionConfig } from '../session-config.js';
import { MemoryWindow } from './memory-window.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

/** Few, for every session that is asked for is looked for in one after another. */
const WINDOWS = 16;
/** Of those who stay signed in for far longer. */
const LONG_WINDOWS = 64;
const MAX_SESSIONS = 1_000_000;
/** Characters. */
const KEPT_OF_KEY = 32;

/** By what a store finds what another one has kept. */
const KEPT = 'sessions';

interface Contents {
  /** The latest first: who comes again was mostly here not long ago. */
  readonly windows: MemoryWindow[];
  size: number;
}

export interface MemoryOptions {
  /** How many sessions are kept at the most; those go first that have been idle for longest. Default: a million. */
  maxSessions?: number | undefined;
}

/**
 * Keeps sessions in this process: nothing to run, ended at once by a logout, gone with a restart, and not shared with
 * other processes. Sessions are text, filed by the stretch of time in which they expire; a stretch that is over is
 * dropped whole, so that expiry never makes anybody wait.
 */
@injectable()
export class MemorySessionStore extends VersionedSessionStore {
  #contents: Contents = { windows: [], size: 0 };
  readonly #windowLength: number;
  readonly #longWindowLength: number;
  #maxSessions = MAX_SESSIONS;

  constructor(config: SessionConfig, clock: Clock) {
    super(clock);
    this.#windowLength = Math.max(1, Math.ceil(config.longestIdle / WINDOWS));
    this.#longWindowLength = Math.max(this.#windowLength, Math.ceil(config.rememberMe.idleTimeout / LONG_WINDOWS));
  }

  /** Keeps no more than these. Called before the first session comes. */
  limitTo(maxSessions = MAX_SESSIONS): this {
    this.#maxSessions = maxSessions;
    return this;
  }

  /**
   * Goes on with what a store with the same settings has kept, and leaves it to the next: an edit of the project that is
   * being written signs nobody out.
   *
   * @internal
   */
  goOnFrom(kept: Map<string, unknown>): void {
    const settings = [this.#windowLength, this.#longWindowLength, this.#maxSessions].join();
    const before = kept.get(KEPT) as { settings: string; contents: Contents } | undefined;
    if (before?.settings === settings) this.#contents = before.contents;
    else kept.set(KEPT, { settings, contents: this.#contents });
  }

  /** How many texts are kept: sessions, and for a minute what tells where one went that got another id. */
  get size(): number {
    return this.#contents.size;
  }

  // A text is its own version: who compares it compares all there is to compare.
  protected override find(key: string): StoredText | undefined {
    const short = shortened(key);
    const text = this.#windowOf(short)?.get(short);
    return text === undefined ? undefined : { text, version: text };
  }

  protected override insert(key: string, text: string, expiresAt: number, userId?: string): void {
    if (this.#contents.size >= this.#maxSessions) this.#dropLongestIdle();
    this.#windowFor(expiresAt).put(shortened(key), text, userId);
    this.#contents.size += 1;
  }

  protected override replace(
    key: string,
    text: string,
    expiresAt: number,
    version: string,
    userId?: string,
  ): string | undefined {
    const short = shortened(key);
    const window = this.#windowOf(short);
    if (window?.get(short) !== version) return undefined;
    const next = this.#windowFor(expiresAt);
    if (next !== window) window.delete(short);
    next.put(short, text, userId);
    return text;
  }

  protected override remove(key: string): void {
    const short = shortened(key);
    this.#delete(this.#windowOf(short), short);
  }

  protected override keysOf(userId: string): readonly string[] {
    this.#dropExpiredWindows();
    return this.#contents.windows.flatMap((window) => window.keysOf(userId)).map(lengthened);
  }

  protected override unlist(userId: string, key: string): void {
    for (const window of this.#contents.windows) window.unlist(userId, shortened(key));
  }

  #delete(window: MemoryWindow | undefined, short: string | undefined): void {
    if (short !== undefined && window?.delete(short)) this.#contents.size -= 1;
  }

  /** What expires first has been idle for longest. */
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

  /** What lasts far longer than most goes in larger stretches, or there would be a window for each hour of a month. */
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

/** 192 bits of a fingerprint, a byte for each letter: enough to tell all ids apart, and 24 bytes less to keep for each. */
function shortened(key: string): string {
  return atob(key.slice(0, KEPT_OF_KEY).replaceAll('-', '+').replaceAll('_', '/'));
}

function lengthened(short: string): string {
  return btoa(short).replaceAll('+', '-').replaceAll('/', '_');
}
