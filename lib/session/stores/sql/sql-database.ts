/** A value of a statement. */
export type SqlValue = string | number | null;

/** One statement. Its values are `$1`, `$2`, … in PostgreSQL, and `?1`, `?2`, … in SQLite. */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** One row of an answer, by the names of its columns. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** The SQL that a database understands. */
export type SqlDialect = 'postgres' | 'sqlite';

/** A database, as `SqlSessionStore` uses it: the port to write for another engine. */
export interface SqlDatabase {
  readonly dialect: SqlDialect;
  /**
   * Runs statements in one transaction, and in one round trip. In PostgreSQL there is always exactly one.
   *
   * @returns The rows of the last statement.
   * @throws When the database does not answer, or refuses a statement; then nothing has changed.
   */
  run(statements: readonly SqlStatement[]): Promise<readonly SqlRow[]>;
  /** Closes the database, unless it belongs to the application. */
  close?(): Promise<void>;
}
