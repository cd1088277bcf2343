import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

/** One application, many sites: what differs stands in the environment. */
export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [gatehouse({})],
  devToolbar: { enabled: false },
  ...JSON.parse(process.env.SITE ?? '{}'),
});
