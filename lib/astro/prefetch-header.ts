import type { Plugin } from 'vite';

/** Headers of Astro's own requests, as its adapter has them; its prefetching sends them where it uses `fetch`. */
const HEADERS = 'virtual:astro:adapter-config/client';
const PREFETCH_HEADERS = '\0astro-gatehouse:prefetch-headers';
const PREFETCH = /[\\/]astro[\\/]dist[\\/]prefetch[\\/]/;

/**
 * Has Astro say that it prefetches a page where it does so by `fetch`, in Safari. A browser that prefetches says so by
 * itself; a bare `fetch` looks like that of ClientRouter, and would use up the messages that wait.
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
