import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import sessionkit from 'astro-gatehouse';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [sessionkit()],
});
