import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import sessionkit from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [
    sessionkit({
      protect: [
        { pattern: '/admin/**', role: 'admin' },
        { pattern: '/dashboard', roles: ['user', 'admin'] },
        { pattern: '/settings', permission: 'settings:write' },
      ],
    }),
  ],
});
