import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';
import { providerInDevelopment } from './provider/start.mjs';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [gatehouse({ protect: [{ pattern: '/account/**' }] }), providerInDevelopment()],
});
