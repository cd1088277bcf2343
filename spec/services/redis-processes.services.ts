import { RedisServer } from '../support/redis-server.js';
import { describeStruckProcesses } from '../support/struck-processes.js';

describeStruckProcesses('Redis', {
  start: () => RedisServer.start(),
  session: "{ store: 'redis' }",
  environmentOf: ({ url }) => ({ REDIS_URL: url }),
});
