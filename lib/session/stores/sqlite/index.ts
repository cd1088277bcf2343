export type { SqliteOptions } from './sqlite-file.js';
export { SqliteRevocationList } from './sqlite-revocation-list.js';
export { SqliteSessionStore } from './sqlite-session-store.js';
