export type { PostgresOptions, PostgresPool } from './postgres-connection.js';
export { PostgresRevocationList } from './postgres-revocation-list.js';
export { PostgresSessionStore, postgresMigration } from './postgres-session-store.js';
