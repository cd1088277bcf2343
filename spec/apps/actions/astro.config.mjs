import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

const everything = process.env.GLOBAL === 'yes';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [
    gatehouse({
      protect: [
        { action: 'admin.*', role: 'admin' },
        { action: 'vote', permission: 'vote' },
      ],
      ...(everything && { globalProtect: true, exclude: ['/', '/enter', '/_actions/newsletter', '/_actions/admin.*'] }),
    }),
  ],
});
