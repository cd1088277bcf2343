import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './sql-database.js';

/** The methods of a client of libSQL, as the package `@libsql/client` has them. */
export interface LibsqlClient {
  batch(
    statements: { sql: string; args: SqlValue[] }[],
    mode: 'read' | 'write',
  ): Promise<readonly { readonly rows: readonly unknown[] }[]>;
}

/**
 * Lets an SQL store use libSQL or Turso.
 *
 * @example new SqlSessionStore(libsqlDatabase(client))
 */
export function libsqlDatabase(client: LibsqlClient): SqlDatabase {
  return {
    dialect: 'sqlite',
    // A batch is one transaction. One that only reads does not wait for those that write.
    async run(statements: readonly SqlStatement[]): Promise<readonly SqlRow[]> {
      const mode = statements.every(({ text }) => text.startsWith('SELECT')) ? 'read' : 'write';
      const asked = statements.map(({ text, values }) => ({ sql: text, args: [...values] }));
      const answers = await client.batch(asked, mode);
      return (answers.at(-1)?.rows ?? []) as readonly SqlRow[];
    },
  };
}
