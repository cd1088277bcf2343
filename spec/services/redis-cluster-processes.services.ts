import { RedisCluster } from '../support/redis-cluster.js';
import { describeStruckProcesses } from '../support/struck-processes.js';

describeStruckProcesses('Redis cluster', {
  start: () => RedisCluster.start(1),
  session: '{}',
  setup: `
    import { defineGatehouse } from 'astro-gatehouse/server';
    export default defineGatehouse({
      store: { use: 'redis', cluster: process.env.NODES?.split(','), replicas: 1, timeout: 1 },
    });`,
  environmentOf: ({ nodes }) => ({ NODES: nodes.join(',') }),
  isPartlyKilled: true,
});
