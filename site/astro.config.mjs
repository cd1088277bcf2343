import node from '@astrojs/node';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import gatehouse from 'astro-gatehouse';
import { gate } from './src/demo/gate.mjs';
import { sidebar } from './src/docs/sidebar.ts';

export default defineConfig({
  adapter: node({ mode: 'standalone' }),
  integrations: [
    starlight({
      title: 'astro-gatehouse',
      logo: { src: './public/favicon.svg', alt: '' },
      customCss: ['./src/styles.css'],
      components: { MarkdownContent: './src/components/MarkdownContent.astro' },
      markdown: { processedDirs: ['..'] },
      expressiveCode: { shiki: { langAlias: { caddyfile: 'nginx', redis: 'ini' } } },
      sidebar,
    }),
    gatehouse(gate),
  ],
});
