import node from '@astrojs/node';
import { defineConfig, envField } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  env: {
    schema: { PROCESS_NAME: envField.string({ context: 'server', access: 'secret', default: 'the only one' }) },
  },
  integrations: [
    gatehouse({
      protect: [{ pattern: '/checkout' }, { pattern: '/api/order' }],
      // Where Redis is, REDIS_URL says when the server starts. What does not answer within two seconds counts as away.
      store: { use: 'redis' },
      session: { storeTimeout: 2 },
    }),
  ],
});
