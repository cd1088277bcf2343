import node from '@astrojs/node';
import { defineConfig, memoryCache } from 'astro/config';
import gatehouse from 'astro-gatehouse';

const provider =
  process.env.CACHE === 'memory'
    ? memoryCache()
    : { name: 'network', entrypoint: new URL('./network-cache.mjs', import.meta.url) };

export default defineConfig({
  output: 'server',
  adapter: node({ mode: process.env.MODE ?? 'standalone' }),
  cache: { provider },
  routeRules: { '/members': { maxAge: 300 }, '/open': { maxAge: 300 } },
  integrations: [gatehouse()],
});
