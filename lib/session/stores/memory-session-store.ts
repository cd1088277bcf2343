import { injectable } from '../../injectable.js';
import { Clock } from '../clock.js';
import { SessionConfig } from '../session-config.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

const WINDOWS = 64;
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
  readonly #windows = new Map<number, Map<string, string>>();
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
    const text = this.#windowOf(key)?.get(key);
    return text === undefined ? undefined : { text, version: text };
  }

  protected override insert(key: string, text: string, expiresAt: number): void {
    if (this.#size >= this.#maxSessions) this.#dropLongestIdle();
    this.#windowFor(expiresAt).set(key, inOnePiece(text));
    this.#size += 1;
  }

  protected override replace(key: string, text: string, expiresAt: number, version: string): string | undefined {
    const window = this.#windowOf(key);
    if (window?.get(key) !== version) return undefined;
    this.#delete(window, key);
    this.insert(key, text, expiresAt);
    return text;
  }

  protected override remove(key: string): void {
    this.#delete(this.#windowOf(key), key);
  }

  #delete(window: Map<string, string> | undefined, key: string): void {
    if (window?.delete(key)) this.#size -= 1;
  }

  /** What expires first has been idle for longest. */
  #dropLongestIdle(): void {
    this.#dropExpiredWindows();
    const filled = [...this.#windows].filter(([, window]) => window.size > 0);
    const [, window] = filled.reduce(
      (first, other) => (other[0] < first[0] ? other : first),
      filled[0] ?? [0, undefined],
    );
    const [key = ''] = window?.keys() ?? [];
    if (this.#size >= this.#maxSessions) this.#delete(window, key);
  }

  #windowOf(key: string): Map<string, string> | undefined {
    this.#dropExpiredWindows();
    for (const window of this.#windows.values()) if (window.has(key)) return window;
    return undefined;
  }

  #windowFor(expiresAt: number): Map<string, string> {
    const number = Math.ceil(expiresAt / this.#windowLength);
    let window = this.#windows.get(number);
    if (!window) {
      this.#dropExpiredWindows();
      window = new Map();
      this.#windows.set(number, window);
    }
    return window;
  }

  #dropExpiredWindows(): void {
    const running = Math.ceil(this.clock.now() / this.#windowLength);
    for (const [number, window] of this.#windows) {
      if (number >= running) continue;
      this.#windows.delete(number);
      this.#size -= window.size;
    }
  }
}

/** A text just put together keeps its pieces beside it, 64 bytes that a million sessions would all pay for; a copy has none. */
function inOnePiece(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
