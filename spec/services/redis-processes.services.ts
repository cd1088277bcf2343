import { RedisServer } from '../support/redis-server.js';
import { describeStepsOfProcesses } from '../support/steps-of-processes.js';
import { describeStruckProcesses } from '../support/struck-processes.js';

describeStruckProcesses('Redis', {
  start: () => RedisServer.start(),
  session: "{ store: 'redis' }",
  environmentOf: ({ url }) => ({ REDIS_URL: url }),
});

describeStepsOfProcesses('redis', async () => {
  const server = await RedisServer.start();
  return { environment: { REDIS_URL: server.url }, remove: () => server.remove() };
});
