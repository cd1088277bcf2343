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
        { pattern: '/settings/**', permission: 'settings:write' },
      ],
      access: {
        getRole: (session) => session?.primaryRole ?? null,
        getPermissions: (session) => {
          return [...(session?.permissions ?? []), ...(session?.dynamicPerms ?? [])];
        },
      },
    }),
  ],
});
