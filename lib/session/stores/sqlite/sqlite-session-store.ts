import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Clock } from '../../../base/clock.js';
import type { TextPage } from '../listing/listing.js';
import { type StoredText, VersionedSessionStore } from '../versioned-session-store.js';
import { openDatabase, type SqliteOptions } from './sqlite-file.js';

/** Milliseconds between two sweeps of expired sessions, and the maximum number to remove in one. */
const SWEEP_EVERY = 10_000;
const SWEEP_SLICE = 500;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sessions (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    user_id TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);`;

/**
 * Stores sessions in one SQLite file, with Node's built-in SQLite. Sessions survive a restart, and several processes
 * of one machine share them. A process that is killed leaves no partially written session.
 *
 * @example services.override(SessionStore, () => new SqliteSessionStore({ file: '/var/lib/shop/sessions.db' }))
 */
export class SqliteSessionStore extends VersionedSessionStore {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  readonly #remove: StatementSync;
  readonly #keysOf: StatementSync;
  readonly #entriesAfter: StatementSync;
  readonly #sweep: StatementSync;
  #sweptAt = 0;

  /** @throws {MissingClientError} When Node has no SQLite. */
  constructor(options: SqliteOptions = {}, clock: Clock = new Clock()) {
    super(clock);
    this.#database = openDatabase(options, SCHEMA);
    this.#find = this.#database.prepare('SELECT text, version FROM sessions WHERE key = ?');
    this.#insert = this.#database.prepare(
      'INSERT INTO sessions (key, text, version, expires_at, user_id) VALUES (?, ?, 1, ?, ?)',
    );
    this.#replace = this.#database.prepare(
      `UPDATE sessions SET text = ?, version = version + 1, expires_at = ?, user_id = ?
       WHERE key = ? AND version = ? RETURNING version`,
    );
    this.#remove = this.#database.prepare('DELETE FROM sessions WHERE key = ?');
    this.#keysOf = this.#database.prepare('SELECT key FROM sessions WHERE user_id = ?');
    this.#entriesAfter = this.#database.prepare(
      'SELECT key, text FROM sessions WHERE key > ? AND expires_at > ? ORDER BY key LIMIT ?',
    );
    this.#sweep = this.#database.prepare(
      `DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE expires_at <= ? LIMIT ${SWEEP_SLICE})`,
    );
  }

  /** Closes the file. Every later call of the store throws. */
  close(): void {
    this.#database.close();
  }

  /** Closes the file when the server stops. */
  [Symbol.dispose](): void {
    if (this.#database.isOpen !== false) this.close();
  }

  protected override find(key: string): StoredText | undefined {
    const row = this.#find.get(key);
    return row && { text: String(row.text), version: Number(row.version) };
  }

  protected override insert(key: string, text: string, expiresAt: number, userId?: string): void {
    this.#dropExpired();
    this.#insert.run(key, text, expiresAt, userId ?? null);
  }

  protected override replace(
    key: string,
    text: string,
    expiresAt: number,
    version: number,
    userId?: string,
  ): number | undefined {
    this.#dropExpired();
    const row = this.#replace.get(text, expiresAt, userId ?? null, key, version);
    return row && Number(row.version);
  }

  protected override keysOf(userId: string): readonly string[] {
    return this.#keysOf.all(userId).map(({ key }) => String(key));
  }

  protected override entriesAfter(after: string | undefined, limit: number): TextPage {
    const rows = this.#entriesAfter.all(after ?? '', this.clock.now(), limit);
    const entries = rows.map(({ key, text }) => ({ key: String(key), text: String(text) }));
    return { entries, next: entries.length < limit ? undefined : entries.at(-1)?.key };
  }

  protected override remove(key: string): void {
    this.#remove.run(key);
  }

  /** Removes expired sessions in slices, so that no request waits for long. */
  #dropExpired(): void {
    const now = this.clock.now();
    if (now < this.#sweptAt + SWEEP_EVERY) return;
    const { changes } = this.#sweep.run(now);
    // A full slice means that more are left: the next request removes them.
    if (Number(changes) < SWEEP_SLICE) this.#sweptAt = now;
  }
}
