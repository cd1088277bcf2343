import { injectable } from '../../injectable.js';
import { Clock } from '../clock.js';
import { SessionConfig } from '../session-config.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

/** Few, for every session that is asked for is looked for in one after another. */
const WINDOWS = 16;
const MAX_SESSIONS = 1_000_000;

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
  /** The latest first: who comes again was mostly here not long ago. */
  readonly #windows: Window[] = [];
  readonly #windowLength: number;
  #maxSessions = MAX_SESSIONS;
  #size = 0;

  constructor(config: SessionConfig, clock: Clock) {
    super(clock);
    this.#windowLength = Math.max(1, Math.ceil(config.idleTimeout / WINDOWS));
  }

  /** Keeps no more than these. Called before the first session comes. */
  limitTo(maxSessions = MAX_SESSIONS): this {
    this.#maxSessions = maxSessions;
    return this;
  }

  /** How many texts are kept: sessions, and for a minute what tells where one went that got another id. */
  get size(): number {
    return this.#size;
  }

  // A text is its own version: who compares it compares all there is to compare.
  protected override find(key: string): StoredText | undefined {
    const short = shortened(key);
    const text = this.#windowOf(short)?.texts.get(short);
    return text === undefined ? undefined : { text, version: text };
  }

  protected override insert(key: string, text: string, expiresAt: number): void {
    this.#keep(shortened(key), text, expiresAt);
  }

  protected override replace(key: string, text: string, expiresAt: number, version: string): string | undefined {
    const short = shortened(key);
    const window = this.#windowOf(short);
    if (window?.texts.get(short) !== version) return undefined;
    this.#delete(window, short);
    this.#keep(short, text, expiresAt);
    return text;
  }

  protected override remove(key: string): void {
    const short = shortened(key);
    this.#delete(this.#windowOf(short), short);
  }

  #keep(short: string, text: string, expiresAt: number): void {
    if (this.#size >= this.#maxSessions) this.#dropLongestIdle();
    this.#windowFor(expiresAt).texts.set(short, inOnePiece(text));
    this.#size += 1;
  }

  #delete(window: Window | undefined, short: string | undefined): void {
    if (short !== undefined && window?.texts.delete(short)) this.#size -= 1;
  }

  /** What expires first has been idle for longest. */
  #dropLongestIdle(): void {
    this.#dropExpiredWindows();
    const window = this.#windows.findLast(({ texts }) => texts.size > 0);
    if (this.#size >= this.#maxSessions) this.#delete(window, window?.nextToGo());
  }

  #windowOf(short: string): Window | undefined {
    this.#dropExpiredWindows();
    return this.#windows.find(({ texts }) => texts.has(short));
  }

  #windowFor(expiresAt: number): Window {
    const number = Math.ceil(expiresAt / this.#windowLength);
    const found = this.#windows.find((window) => window.number === number);
    if (found) return found;
    this.#dropExpiredWindows();
    const window = new Window(number);
    this.#windows.push(window);
    this.#windows.sort((a, b) => b.number - a.number);
    return window;
  }

  #dropExpiredWindows(): void {
    const running = Math.ceil(this.clock.now() / this.#windowLength);
    for (let last = this.#windows.at(-1); last && last.number < running; last = this.#windows.at(-1)) {
      this.#windows.pop();
      this.#size -= last.texts.size;
    }
  }
}

/** What expires in one stretch of time. */
class Window {
  readonly texts = new Map<string, string>();
  #leaving: Iterator<string> | undefined;

  constructor(readonly number: number) {}

  /** The key of what came first and has to be dropped now. Goes on where it was: a Map is slow to pass by what is gone. */
  nextToGo(): string | undefined {
    this.#leaving ??= this.texts.keys();
    const { value, done } = this.#leaving.next();
    if (!done) return value;
    this.#leaving = this.texts.keys();
    return this.#leaving.next().value;
  }
}

/** 192 bits of a fingerprint, a byte for each letter: enough to tell all ids apart, and 24 bytes less to keep for each. */
function shortened(key: string): string {
  return atob(key.slice(0, 32).replaceAll('-', '+').replaceAll('_', '/'));
}

/** A text just put together keeps its pieces beside it, 64 bytes that a million sessions would all pay for; a copy has none. */
function inOnePiece(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
