import { injectable } from '../../injectable.js';
import { Clock } from '../clock.js';
import { applyChanges, type SessionChanges } from '../session-changes.js';
import { SessionConfig } from '../session-config.js';
import { SessionId } from '../session-id.js';
import { parseRecord, type SessionRecord, serializeRecord } from '../session-record.js';
import { SessionStore } from './session-store.js';

const WINDOWS = 64;
/** Milliseconds for which it is remembered where a session moved: the longest that a request still under way may take. */
const TRAIL = 60_000;

/**
 * Keeps sessions in this process: nothing to run, ended at once by a logout, gone with a restart, and not shared with
 * other processes. Sessions are text, filed by the stretch of time in which they expire; a stretch that is over is
 * dropped whole, so that expiry never makes anybody wait.
 */
@injectable()
export class MemorySessionStore extends SessionStore {
  readonly #windows = new Map<number, Map<string, string>>();
  readonly #windowLength: number;
  readonly #moves = new Map<string, { readonly key: string; readonly until: number }>();

  constructor(
    config: SessionConfig,
    private readonly clock: Clock,
  ) {
    super();
    this.#windowLength = Math.max(1, Math.ceil(config.idleTimeout / WINDOWS));
  }

  /** How many sessions are kept. */
  get size(): number {
    return [...this.#windows.values()].reduce((sum, window) => sum + window.size, 0);
  }

  override async read(token: string): Promise<SessionRecord | undefined> {
    return SessionId.isWellFormed(token) ? this.#find(token) : undefined;
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    const { opened, id } = changes;
    const current = opened && this.#find(opened.id);
    if (opened && !current) return undefined;
    const record = applyChanges(current, changes);
    const text = inOnePiece(serializeRecord(record));
    const key = SessionId.fingerprint(id);
    if (opened) this.#leave(SessionId.fingerprint(opened.id), key);
    this.#windowFor(record.expiresAt).set(key, text);
    return id;
  }

  /** Also when the session moved on while the request that ends it was under way. */
  override async destroy(id: string): Promise<void> {
    for (let key: string | undefined = SessionId.fingerprint(id); key !== undefined; ) {
      this.#remove(key);
      const move = this.#moves.get(key);
      this.#moves.delete(key);
      key = move?.key;
    }
  }

  #find(id: string): SessionRecord | undefined {
    this.#dropExpiredWindows();
    const key = SessionId.fingerprint(id);
    for (const window of this.#windows.values()) {
      const text = window.get(key);
      if (text === undefined) continue;
      const record = parseRecord(text, id);
      return record && record.expiresAt > this.clock.now() ? record : undefined;
    }
    return undefined;
  }

  /** Takes a record from its place, and notes where it goes when that is another. */
  #leave(from: string, to: string): void {
    this.#remove(from);
    if (from === to) return;
    const now = this.clock.now();
    for (const [key, { until }] of this.#moves) {
      if (until > now) break;
      this.#moves.delete(key);
    }
    this.#moves.set(from, { key: to, until: now + TRAIL });
  }

  #remove(key: string): void {
    for (const window of this.#windows.values()) if (window.delete(key)) return;
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
