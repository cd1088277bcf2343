import { injectable } from '../../injectable.js';
import { Clock } from '../clock.js';
import { applyChanges, type SessionChanges } from '../session-changes.js';
import { SessionConfig } from '../session-config.js';
import { SessionId } from '../session-id.js';
import { parseRecord, type SessionRecord, serializeRecord } from '../session-record.js';
import { SessionStore } from './session-store.js';

const WINDOWS = 64;

/**
 * Keeps sessions in this process: nothing to run, ended at once by a logout, gone with a restart, and not shared with
 * other processes. Sessions are text, filed by the stretch of time in which they expire; a stretch that is over is
 * dropped whole, so that expiry never makes anybody wait.
 */
@injectable()
export class MemorySessionStore extends SessionStore {
  readonly #windows = new Map<number, Map<string, string>>();
  readonly #windowLength: number;

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
    if (opened) this.#remove(opened.id);
    this.#windowFor(record.expiresAt).set(SessionId.fingerprint(id), text);
    return id;
  }

  override async destroy(id: string): Promise<void> {
    this.#remove(id);
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

  #remove(id: string): void {
    const key = SessionId.fingerprint(id);
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
