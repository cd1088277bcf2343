import { InvalidOptionsError } from '../../../errors/index.js';
import type { SqlDialect, SqlStatement, SqlValue } from './sql-database.js';
import { tableProblem } from './table-name.js';

/** The maximum number of expired rows to remove in one statement. */
export const SWEEP_SLICE = 500;

/** What is stored under one key. */
export interface SqlEntry {
  readonly key: string;
  readonly text: string;
  readonly expiresAt: number;
  /** The fingerprint of the user; `null` for a session that no list contains. */
  readonly user: string | null;
}

/** The table of sessions, and every statement about it. */
export class SqlTable {
  readonly #table: string;
  readonly #name: string;

  /** @throws {InvalidOptionsError} When the name is not one of a table. */
  constructor(
    name: string,
    private readonly dialect: SqlDialect,
  ) {
    const problem = tableProblem(name, dialect);
    if (problem !== undefined) throw new InvalidOptionsError([`store.table: ${problem}`]);
    const parts = name.split('.');
    this.#table = parts.map((part) => `"${part}"`).join('.');
    this.#name = parts.at(-1) ?? name;
  }

  /** The statements that create what is missing, each of which may run again. */
  get migration(): readonly string[] {
    const isPostgres = this.dialect === 'postgres';
    // Keys are compared by their bytes, which is fast, and does not change with the locale of the database.
    const key = isPostgres ? 'text COLLATE "C"' : 'text';
    return [
      `CREATE TABLE IF NOT EXISTS ${this.#table} (
  key ${key} PRIMARY KEY,
  text text NOT NULL,
  version integer NOT NULL,
  expires_at bigint NOT NULL,
  user_key ${key}
)${isPostgres ? '' : ' WITHOUT ROWID'}`,
      `CREATE INDEX IF NOT EXISTS "${this.#name}_by_user" ON ${this.#table} (user_key) WHERE user_key IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS "${this.#name}_by_expiry" ON ${this.#table} (expires_at)`,
    ];
  }

  find(key: string): SqlStatement {
    return this.#say(`SELECT text, version FROM ${this.#table} WHERE key = $1`, key);
  }

  insert({ key, text, expiresAt, user }: SqlEntry): SqlStatement {
    return this.#say(
      `INSERT INTO ${this.#table} (key, text, version, expires_at, user_key) VALUES ($1, $2, 1, $3, $4)`,
      key,
      text,
      endOf(expiresAt),
      user,
    );
  }

  replace({ key, text, expiresAt, user }: SqlEntry, version: number): SqlStatement {
    return this.#say(
      `UPDATE ${this.#table} SET text = $3, version = version + 1, expires_at = $4, user_key = $5
       WHERE key = $1 AND version = $2 RETURNING version`,
      key,
      version,
      text,
      endOf(expiresAt),
      user,
    );
  }

  /** Replaces one entry and inserts another, or does neither. The last statement returns a row if it did. */
  move(from: SqlEntry, version: number, to: SqlEntry): SqlStatement[] {
    if (this.dialect === 'sqlite') return [this.#insertIf(from.key, version, to), this.replace(from, version)];
    const replaced = this.replace(from, version);
    return [
      this.#say(
        `WITH moved AS (${replaced.text})
         INSERT INTO ${this.#table} (key, text, version, expires_at, user_key)
         SELECT $6, $7, 1, CAST($8 AS bigint), $9 FROM moved RETURNING version`,
        ...replaced.values,
        to.key,
        to.text,
        endOf(to.expiresAt),
        to.user,
      ),
    ];
  }

  #insertIf(known: string, version: number, { key, text, expiresAt, user }: SqlEntry): SqlStatement {
    return this.#say(
      `INSERT INTO ${this.#table} (key, text, version, expires_at, user_key)
       SELECT $3, $4, 1, $5, $6 FROM ${this.#table} WHERE key = $1 AND version = $2`,
      known,
      version,
      key,
      text,
      endOf(expiresAt),
      user,
    );
  }

  remove(key: string): SqlStatement {
    return this.#say(`DELETE FROM ${this.#table} WHERE key = $1`, key);
  }

  entriesOf(user: string): SqlStatement {
    return this.#say(`SELECT key, text FROM ${this.#table} WHERE user_key = $1`, user);
  }

  /** Returns what has not expired, in the order of the keys. */
  entriesAfter(key: string, now: number, limit: number): SqlStatement {
    return this.#say(
      `SELECT key, text FROM ${this.#table} WHERE key > $1 AND expires_at > $2 ORDER BY key LIMIT $3`,
      key,
      Math.floor(now),
      limit,
    );
  }

  /** Removes a slice of what has expired. Several processes that do this together each remove a different one. */
  sweep(now: number): SqlStatement {
    const expired = `SELECT key FROM ${this.#table} WHERE expires_at <= $1 LIMIT ${SWEEP_SLICE}`;
    if (this.dialect === 'sqlite') {
      return this.#say(`DELETE FROM ${this.#table} WHERE key IN (${expired}) RETURNING key`, Math.floor(now));
    }
    return this.#say(
      `WITH expired AS (${expired} FOR UPDATE SKIP LOCKED)
       DELETE FROM ${this.#table} AS kept USING expired WHERE kept.key = expired.key RETURNING kept.key`,
      Math.floor(now),
    );
  }

  /** Stores the later of two times, for as long as either call needs it: an earlier call may arrive late. */
  keepLatest(key: string, time: number, until: number): SqlStatement {
    const later = this.dialect === 'sqlite' ? 'max' : 'greatest';
    const kept = `"${this.#name}"`;
    return this.#say(
      `INSERT INTO ${this.#table} (key, text, version, expires_at) VALUES ($1, $2, 1, $3)
       ON CONFLICT (key) DO UPDATE SET
         text = CAST(${later}(CAST(${kept}.text AS bigint), CAST(excluded.text AS bigint)) AS text),
         expires_at = ${later}(${kept}.expires_at, excluded.expires_at)`,
      key,
      String(endOf(time)),
      endOf(until),
    );
  }

  #say(text: string, ...values: SqlValue[]): SqlStatement {
    return { text: this.dialect === 'sqlite' ? text.replaceAll('$', '?') : text, values };
  }
}

/** Rounds the time when something ends: the columns hold whole milliseconds. */
function endOf(time: number): number {
  return Math.ceil(time);
}
