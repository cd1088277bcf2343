import { chosenStore } from '../astro/options/store-choice.js';
import { PostgresFailure } from '../session/stores/postgres/postgres-failure.js';
import { postgresMigration } from '../session/stores/postgres/postgres-session-store.js';
import { SqlTable } from '../session/stores/sql/sql-table.js';
import { DEFAULT_TABLE } from '../session/stores/sql/table-name.js';
import { addressOf, askPostgres } from './ask-postgres.js';
import { type MigrateRequest, UsageError } from './command-line.js';
import { EnvFiles } from './doctor/facts.js';
import { projectAt, readReport } from './read-report.js';

/** The lock that processes take before they create the table, because PostgreSQL refuses those that do it together. */
const LOCK = 7_146_920;

/**
 * Creates the table of the project's store, or returns the SQL that does.
 *
 * @returns What to print.
 * @throws {UsageError} When the project has no store with a table.
 */
export async function migrate({ root, print, table, sqlite }: MigrateRequest): Promise<string> {
  if (sqlite) return new SqlTable(table ?? DEFAULT_TABLE, 'sqlite').migration.map((one) => `${one};`).join('\n');
  if (print && table !== undefined) return postgresMigration(table).trimEnd();
  const folder = projectAt(root);
  // Read first, because the build may set variables.
  const variables = new EnvFiles(folder, { ...process.env });
  const { settings, hasOwnStore, isWhole, notes } = await readReport(folder);
  if (!isWhole && table === undefined) throw new Error(`The store is unknown: ${notes.join('; ')}`);
  const store = chosenStore(settings);
  if (hasOwnStore && table === undefined) {
    throw new UsageError(`The store is the project's own: name its table with --table ${DEFAULT_TABLE}.`);
  }
  if (!hasOwnStore && store.use !== 'postgres') {
    const message = `The store ${store.use} needs no migration: only store: { use: 'postgres' } does.`;
    if (print) throw new UsageError(message);
    return message;
  }
  const named = store.use === 'postgres' ? store : undefined;
  const name = table ?? named?.table ?? DEFAULT_TABLE;
  const sql = postgresMigration(name);
  if (print) return sql.trimEnd();
  const url = named?.url ?? variables.find('DATABASE_URL')?.value;
  return run(sql, { root: folder, url }, name);
}

async function run(sql: string, place: { root: string; url: string | undefined }, table: string): Promise<string> {
  try {
    return await askPostgres(place, async (client) => {
      await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${sql} COMMIT`);
      return `The table ${table} is in place at ${addressOf(client)}.`;
    });
  } catch (error) {
    if (error instanceof PostgresFailure) throw new Error(`${error.message} ${error.cure}`);
    throw error;
  }
}
