import { App } from './app.js';

export const PAGE = '<h1>here</h1>';

/**
 * Astro's config for a server with the package.
 *
 * @param options Of gatehouse(), as source. @param more Of Astro's config, as source.
 */
export function siteConfig(options: string, more = ''): string {
  return `
    import node from '@astrojs/node';
    import { defineConfig, memoryCache } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    export default defineConfig({
      output: 'server',
      adapter: node({ mode: 'standalone' }),
      integrations: [gatehouse(${options})],
      ${more}
    });`;
}

/**
 * A site with a front page.
 *
 * @param options Of gatehouse(), as source. @param files More of its files. @param more Of Astro's config, as source.
 */
export function madeSite(options: string, files: Record<string, string> = {}, more = ''): App {
  return App.create(undefined, {
    'astro.config.mjs': siteConfig(options, more),
    'src/pages/index.astro': PAGE,
    ...files,
  });
}

/** The setup module, by its path. @param before What stands before its export. */
export function setup(options: string, before = ''): Record<string, string> {
  const source = `import { defineGatehouse, SessionStore } from 'astro-gatehouse/server';`;
  return { 'src/gatehouse.ts': `${source}\n${before}\nexport default defineGatehouse(${options});` };
}

export function prerendered(page: string): string {
  return `---\nexport const prerender = true;\n---\n${page}`;
}

/** @param guard As source. */
export function guarded(guard: string): string {
  return `---\nexport const guard = ${guard};\n---\n${PAGE}`;
}
