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
  let user: string | undefined;
  try {
    return await askPostgres(place, async (client) => {
      user = client.user;
      await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK}); ${sql} COMMIT`);
      return `The table ${table} is in place at ${addressOf(client)}.`;
    });
  } catch (error) {
    const told = refusal(error, { table, user });
    if (told !== undefined) throw new Error(told);
    throw error;
  }
}

/** The SQLSTATE of a statement that the user may not run. */
const FORBIDDEN = '42501';

/** Returns what to tell about an error of a migration: with its cure, if that is known. */
export function refusal(
  error: unknown,
  { table, user = 'its user' }: { table: string; user: string | undefined },
): string | undefined {
  if (!(error instanceof PostgresFailure)) return undefined;
  const { code }: { code?: unknown } = Object(error.cause);
  if (code !== FORBIDDEN) return `${error.message} ${error.cure}`;
  const schema = table.includes('.') ? table.replace(/\..*$/s, '') : 'public';
  return (
    `${error.message} Its user may not create the table: run this command as the owner of the schema, or GRANT CREATE ON ` +
    `SCHEMA "${schema}" TO "${user}".`
  );
}
