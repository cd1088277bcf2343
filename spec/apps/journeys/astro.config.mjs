import node from '@astrojs/node';
import preact from '@astrojs/preact';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [preact(), gatehouse({ protect: [{ pattern: '/private/**' }, { pattern: '/vault', role: 'keeper' }] })],
});
