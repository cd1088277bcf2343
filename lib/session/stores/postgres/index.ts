export type { SqlDatabase, SqlDialect, SqlRow, SqlStatement, SqlValue } from '../sql/sql-database.js';
export { SqlRevocationList } from '../sql/sql-revocation-list.js';
export { SqlSessionStore } from '../sql/sql-session-store.js';
export type { PostgresOptions, PostgresPool } from './postgres-connection.js';
export { PostgresRevocationList } from './postgres-revocation-list.js';
export { PostgresSessionStore, postgresMigration } from './postgres-session-store.js';
