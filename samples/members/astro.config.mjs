import node from '@astrojs/node';
import preact from '@astrojs/preact';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  base: '/club',
  adapter: node({ mode: 'standalone' }),
  i18n: {
    locales: ['en', 'de'],
    defaultLocale: 'en',
    fallback: { de: 'en' },
    routing: { prefixDefaultLocale: false, fallbackType: 'rewrite' },
  },
  integrations: [
    preact(),
    gatehouse({
      forbiddenPath: '/forbidden',
      // Pages and endpoints say for themselves who sees them. An island has no page of its own.
      protect: [{ island: 'Noticeboard' }],
    }),
  ],
});
