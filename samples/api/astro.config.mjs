import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  // Astro's own check knows nothing of keys, and refuses a DELETE without a content type. The package checks every request.
  security: { checkOrigin: false },
  integrations: [
    gatehouse({
      wwwAuthenticate: 'Bearer realm="notes"',
      protect: [
        { pattern: '/notes' },
        { pattern: '/keys/**', permission: 'keys:manage' },
        { pattern: '/api/**', methods: ['GET'], permission: 'notes:read' },
        { pattern: '/api/**', permission: 'notes:write' },
      ],
    }),
  ],
});
