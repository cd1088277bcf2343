import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import sessionkit from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [
    sessionkit({
      protect: [
        { pattern: '/admin/users', permissions: ['users:read', 'users:write'] },
        {
          pattern: '/admin/**',
          role: 'admin',
          redirectTo: '/unauthorized',
        },
        { pattern: '/dashboard', roles: ['user', 'admin', 'moderator'] },
        { pattern: '/settings', permission: 'settings:write' },
        {
          pattern: '/premium/**',
          allow: (session) => {
            return session?.subscription === 'premium' && !session?.banned;
          },
        },
        { pattern: '/exact', role: 'admin' },
        { pattern: '/below/*', role: 'admin' },
        { pattern: '/all/**', role: 'admin' },
      ],
      debug: true,
    }),
  ],
});
