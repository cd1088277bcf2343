import type { Plugin } from 'vite';

/**
 * The module with the headers of Astro's own requests, as its adapter defines them. Its prefetching sends them where it
 * uses `fetch`.
 */
const HEADERS = 'virtual:astro:adapter-config/client';
const PREFETCH_HEADERS = '\0astro-gatehouse:prefetch-headers';
const PREFETCH = /[\\/]astro[\\/]dist[\\/]prefetch[\\/]/;

/**
 * Makes Astro declare a prefetch when it uses `fetch` for it, as in Safari. Browsers that prefetch declare it
 * themselves; a plain `fetch` looks like one of ClientRouter, and would use up waiting messages.
 */
export function prefetchHeader(): Plugin {
  return {
    name: 'astro-gatehouse:prefetch-header',
    enforce: 'pre',
    resolveId: {
      filter: { id: /^virtual:astro:adapter-config\/client$/ },
      handler(_, importer) {
        return importer !== undefined && PREFETCH.test(importer) ? PREFETCH_HEADERS : undefined;
      },
    },
    load: {
      filter: { id: /^\0astro-gatehouse:prefetch-headers$/ },
      handler: () =>
        `import { internalFetchHeaders as own } from '${HEADERS}';\n` +
        `export const internalFetchHeaders = { ...own, purpose: 'prefetch' };`,
    },
  };
}
