export { type D1Binding, d1Database } from './d1-database.js';
export { type LibsqlClient, libsqlDatabase } from './libsql-database.js';
export type { SqlDatabase, SqlDialect, SqlRow, SqlStatement, SqlValue } from './sql-database.js';
export { SqlRevocationList } from './sql-revocation-list.js';
export { SqlSessionStore } from './sql-session-store.js';
