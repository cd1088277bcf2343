import { DatabaseSync } from 'node:sqlite';
import type { SqlDatabase, SqlRow, SqlStatement } from '../../lib/session/stores/sql/sql-database.js';

/** An engine for the SQL store, over Node's SQLite, in memory. */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect = 'sqlite';
  readonly database = new DatabaseSync(':memory:');

  async run(statements: readonly SqlStatement[]): Promise<readonly SqlRow[]> {
    let rows: SqlRow[] = [];
    this.database.exec('BEGIN');
    try {
      for (const { text, values } of statements) rows = this.database.prepare(text).all(...values);
      this.database.exec('COMMIT');
      return rows;
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }

  async close(): Promise<void> {
    this.database.close();
  }
}
