export type { RedisClient, RedisOptions } from './redis-connection.js';
export { RedisRevocationList } from './redis-revocation-list.js';
export { RedisSessionStore } from './redis-session-store.js';
