import { injectable } from '../../injectable.js';
import { Clock } from '../clock.js';
import { SessionConfig } from '../session-config.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

const WINDOWS = 64;

/**
 * Keeps sessions in this process: nothing to run, ended at once by a logout, gone with a restart, and not shared with
 * other processes. Sessions are text, filed by the stretch of time in which they expire; a stretch that is over is
 * dropped whole, so that expiry never makes anybody wait.
 */
@injectable()
export class MemorySessionStore extends VersionedSessionStore {
  readonly #windows = new Map<number, Map<string, string>>();
  readonly #windowLength: number;

  constructor(config: SessionConfig, clock: Clock) {
    super(clock);
    this.#windowLength = Math.max(1, Math.ceil(config.idleTimeout / WINDOWS));
  }

  /** How many texts are kept: sessions, and for a minute what tells where one went that got another id. */
  get size(): number {
    return [...this.#windows.values()].reduce((sum, window) => sum + window.size, 0);
  }

  // A text is its own version: who compares it compares all there is to compare.
  protected override find(key: string): StoredText | undefined {
    const text = this.#windowOf(key)?.get(key);
    return text === undefined ? undefined : { text, version: text };
  }

  protected override insert(key: string, text: string, expiresAt: number): void {
    this.#windowFor(expiresAt).set(key, inOnePiece(text));
  }

  protected override replace(key: string, text: string, expiresAt: number, version: string): string | undefined {
    const window = this.#windowOf(key);
    if (window?.get(key) !== version) return undefined;
    window.delete(key);
    this.insert(key, text, expiresAt);
    return text;
  }

  protected override remove(key: string): void {
    this.#windowOf(key)?.delete(key);
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
    for (const number of this.#windows.keys()) if (number < running) this.#windows.delete(number);
  }
}

/** A text just put together keeps its pieces beside it, 64 bytes that a million sessions would all pay for; a copy has none. */
function inOnePiece(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
