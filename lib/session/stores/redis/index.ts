export type { RedisClient } from './node-redis-commands.js';
export {
  type IoredisClient,
  ioredisCommands,
  type RedisCommands,
  type SendToServer,
  type UpstashClient,
  upstashCommands,
} from './redis-commands.js';
export type { RedisOptions, RedisPlace, RedisSentinelOptions } from './redis-options.js';
export { RedisRevocationList } from './redis-revocation-list.js';
export { RedisSessionStore } from './redis-session-store.js';
