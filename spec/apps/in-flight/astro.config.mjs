import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  // A provider's answer is a form of another site.
  security: { checkOrigin: false },
  adapter: node({ mode: 'standalone' }),
  integrations: [
    gatehouse({
      protect: [{ pattern: '/members' }, { pattern: '/admin', role: 'admin' }],
      csrf: { except: ['/callback', '/complaint'], requireToken: ['/with-token'] },
    }),
  ],
});
