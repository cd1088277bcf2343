import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [
    gatehouse({
      forms: true,
      protect: [{ action: 'offers.*' }, { pattern: '/offer' }],
      store: { use: 'memory' },
    }),
  ],
});
