import { Clock } from '../../../base/clock.js';
import { SqlSessionStore } from '../sql/sql-session-store.js';
import { SqlTable } from '../sql/sql-table.js';
import { DEFAULT_TABLE } from '../sql/table-name.js';
import { PostgresConnection, type PostgresOptions } from './postgres-connection.js';

/**
 * Stores sessions in one table of PostgreSQL, for any number of processes on any number of machines. A read, a change
 * and a sign-in each take one round trip. `npx astro-gatehouse migrate` creates the table. Needs the package `pg`.
 *
 * @example services.override(SessionStore, () => new PostgresSessionStore({ pool }))
 */
export class PostgresSessionStore extends SqlSessionStore {
  constructor(options: PostgresOptions = {}, clock: Clock = new Clock()) {
    super(new PostgresConnection(options), options.table, clock);
  }

  /** Reads one row, which shows whether the table is there. */
  override async assertKeeps(): Promise<void> {
    await this.find('');
  }
}

/**
 * Returns the SQL that creates the table, for your own migrations. It changes nothing where the table exists.
 *
 * @param table Its name, alone or after a schema, which must exist. Default: `gatehouse_sessions`.
 * @throws {InvalidOptionsError} When the name is not one of a table.
 */
export function postgresMigration(table: string = DEFAULT_TABLE): string {
  return new SqlTable(table, 'postgres').migration.map((statement) => `${statement};\n`).join('');
}
