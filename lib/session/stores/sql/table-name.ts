import type { SqlDialect } from './sql-database.js';

export const DEFAULT_TABLE = 'gatehouse_sessions';
/** Names that need no escaping. They leave room for the endings of the indexes: PostgreSQL cuts off after 63 characters. */
const NAME = /^[a-z_][a-z0-9_]{0,49}$/i;

/** @returns The reason why a string is no name of a table; `undefined` when it is one. */
export function tableProblem(name: string, dialect: SqlDialect): string | undefined {
  const parts = name.split('.');
  if (parts.length <= (dialect === 'postgres' ? 2 : 1) && parts.every((part) => NAME.test(part))) return undefined;
  const schema = dialect === 'postgres' ? ", alone or after a schema: 'auth.sessions'" : '';
  return `must be the name of a table, of letters, digits and _${schema}`;
}
