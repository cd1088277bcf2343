import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

// Pages are files, made once while the site is built, unless they say `prerender = false`.
export default defineConfig({
  adapter: node({ mode: 'standalone' }),
  integrations: [gatehouse({ protect: [{ island: 'AccountPanel' }, { pattern: '/shelf' }] })],
});
