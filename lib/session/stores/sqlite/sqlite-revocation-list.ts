import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Clock } from '../../../base/clock.js';
import { KeyedRevocationList } from '../revocation-list.js';
import { openDatabase, type SqliteOptions } from './sqlite-file.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS revocations (
    user_id TEXT PRIMARY KEY,
    time INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) WITHOUT ROWID;`;

/**
 * Stores revocations in a SQLite file, for the processes of one machine.
 *
 * @example services.override(RevocationList, () => new SqliteRevocationList({ file: '/var/lib/shop/sessions.db' }))
 */
export class SqliteRevocationList extends KeyedRevocationList {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #keep: StatementSync;
  readonly #sweep: StatementSync;

  /** @throws {MissingClientError} When Node has no SQLite. */
  constructor(
    options: SqliteOptions = {},
    private readonly clock: Clock = new Clock(),
  ) {
    super();
    this.#database = openDatabase(options, SCHEMA);
    this.#find = this.#database.prepare('SELECT time FROM revocations WHERE user_id = ?');
    this.#keep = this.#database.prepare(
      `INSERT INTO revocations (user_id, time, until) VALUES (?, ?, ?)
       ON CONFLICT (user_id) DO UPDATE SET time = max(time, excluded.time), until = max(until, excluded.until)`,
    );
    this.#sweep = this.#database.prepare('DELETE FROM revocations WHERE until <= ?');
  }

  /** Closes the file. Every later call of the list throws. */
  close(): void {
    this.#database.close();
  }

  /** Closes the file when the server stops. */
  [Symbol.dispose](): void {
    if (this.#database.isOpen !== false) this.close();
  }

  override async notBefore(userId: string): Promise<number | undefined> {
    const row = this.#find.get(userId);
    return row && Number(row.time);
  }

  override async revokeBefore(userId: string, time: number, until: number): Promise<void> {
    this.#sweep.run(this.clock.now());
    this.#keep.run(userId, time, until);
  }
}
