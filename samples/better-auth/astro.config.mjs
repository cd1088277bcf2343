import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [
    gatehouse({
      protect: [{ pattern: '/notes' }, { pattern: '/admin/**', role: 'admin' }],
    }),
  ],
});
