import type { SqlDatabase, SqlRow, SqlStatement } from './sql-database.js';

/** The methods of a database of Cloudflare D1, as a Worker has it (`env.DB`). */
export interface D1Binding<Prepared = unknown> {
  prepare(text: string): { bind(...values: unknown[]): Prepared };
  batch(statements: Prepared[]): Promise<readonly { readonly results: readonly unknown[] }[]>;
}

/**
 * Lets an SQL store use Cloudflare D1.
 *
 * @example new SqlSessionStore(d1Database(env.DB))
 */
export function d1Database<Prepared>(database: D1Binding<Prepared>): SqlDatabase {
  return {
    dialect: 'sqlite',
    // A batch is one transaction.
    async run(statements: readonly SqlStatement[]): Promise<readonly SqlRow[]> {
      const answers = await database.batch(
        statements.map(({ text, values }) => database.prepare(text).bind(...values)),
      );
      return (answers.at(-1)?.results ?? []) as readonly SqlRow[];
    },
  };
}
