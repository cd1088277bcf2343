import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { MissingClientError } from '../../errors.js';
import { Clock } from '../clock.js';
import { type StoredText, VersionedSessionStore } from './versioned-session-store.js';

/** Where a project keeps what belongs to this machine alone; the folder keeps itself out of git. */
const DEFAULT_FILE = '.gatehouse/sessions.db';
/** Milliseconds between two rounds of dropping what has expired, and how much goes in one. */
const SWEEP_EVERY = 10_000;
const SWEEP_SLICE = 500;
/** Milliseconds for which a process waits while another one writes. */
const BUSY = 5_000;
/** SQLITE_BUSY. @see https://www.sqlite.org/rescode.html#busy */
const LOCKED = 5;

const SCHEMA = `
  PRAGMA busy_timeout = ${BUSY};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS sessions (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);`;

export interface SqliteOptions {
  /** Default `.gatehouse/sessions.db`, from where the server was started. */
  file?: string | undefined;
}

/**
 * Keeps sessions in one file, with the SQLite that is built into Node: they outlive a restart, and several processes of
 * one machine share them. A process that is killed leaves no session half written.
 *
 * @example services.override(SessionStore, () => new SqliteSessionStore({ file: '/var/lib/shop/sessions.db' }))
 */
export class SqliteSessionStore extends VersionedSessionStore {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  readonly #remove: StatementSync;
  readonly #sweep: StatementSync;
  #sweptAt = 0;

  /** @throws {MissingClientError} Where Node has no SQLite. */
  constructor({ file = DEFAULT_FILE }: SqliteOptions = {}, clock: Clock = new Clock()) {
    super(clock);
    this.#database = open(file);
    setUp(this.#database);
    this.#find = this.#database.prepare('SELECT text, version FROM sessions WHERE key = ?');
    this.#insert = this.#database.prepare('INSERT INTO sessions (key, text, version, expires_at) VALUES (?, ?, 1, ?)');
    this.#replace = this.#database.prepare(
      'UPDATE sessions SET text = ?, version = version + 1, expires_at = ? WHERE key = ? AND version = ? RETURNING version',
    );
    this.#remove = this.#database.prepare('DELETE FROM sessions WHERE key = ?');
    this.#sweep = this.#database.prepare(
      `DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE expires_at <= ? LIMIT ${SWEEP_SLICE})`,
    );
  }

  /** Closes the file. Whatever is asked of the store afterwards throws. */
  close(): void {
    this.#database.close();
  }

  protected override find(key: string): StoredText | undefined {
    const row = this.#find.get(key);
    return row && { text: String(row.text), version: Number(row.version) };
  }

  protected override insert(key: string, text: string, expiresAt: number): void {
    this.#dropExpired();
    this.#insert.run(key, text, expiresAt);
  }

  protected override replace(key: string, text: string, expiresAt: number, version: number): number | undefined {
    this.#dropExpired();
    const row = this.#replace.get(text, expiresAt, key, version);
    return row && Number(row.version);
  }

  protected override remove(key: string): void {
    this.#remove.run(key);
  }

  /** In slices, so that nobody waits for long. */
  #dropExpired(): void {
    const now = this.clock.now();
    if (now < this.#sweptAt + SWEEP_EVERY) return;
    const { changes } = this.#sweep.run(now);
    // A full slice: there is more, and the next request goes on with it.
    if (Number(changes) < SWEEP_SLICE) this.#sweptAt = now;
  }
}

/** Processes that start at the same moment refuse each other without waiting, lest they wait for ever: then once more. */
function setUp(database: DatabaseSync): void {
  const deadline = performance.now() + BUSY;
  for (;;) {
    try {
      database.exec(SCHEMA);
      return;
    } catch (error) {
      const isLocked = error instanceof Error && 'errcode' in error && error.errcode === LOCKED;
      if (!isLocked || performance.now() > deadline) throw error;
    }
  }
}

function open(file: string): DatabaseSync {
  // Asked for at run time: Node 22.12 has it behind a flag, and other runtimes have none.
  const sqlite = process.getBuiltinModule('node:sqlite');
  if (!sqlite)
    throw new MissingClientError('SqliteSessionStore', 'node:sqlite', 'Run the server on Node 22.13 or newer.');
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (file === DEFAULT_FILE) writeFileSync(join(dirname(file), '.gitignore'), '*\n');
  }
  return new sqlite.DatabaseSync(file);
}
