import type { AstroConfig } from 'astro';
import type { Plugin } from 'vite';

/**
 * Returns advice for a project without an adapter. Astro builds such a project without a warning as long as all pages
 * can be prerendered; otherwise its error names no command.
 */
export function missingAdapter({ adapter, output }: Pick<AstroConfig, 'adapter' | 'output'>): string | undefined {
  if (adapter !== undefined) return undefined;
  const onDemand = output === 'server' ? '' : ", and write output: 'server' in astro.config";
  return (
    'There is no adapter, so no built page can know its visitors: no sessions, no sign-in, no rules. ' +
    `Add one with npx astro add node${onDemand}.`
  );
}

/**
 * The package that must exist only once, because helpers and middlewares share state. Astro ensures that only if the
 * project's own package.json lists it.
 */
export const ONE_COPY = ['astro-gatehouse'];
/** Dependencies in CommonJS. On hosts without `require`, only a bundler can turn them into modules. */
const COMMON_JS = ['micromatch', 'reflect-metadata', 'tsyringe'];

/**
 * Keeps the package in one copy in development servers that bundle the server's imports, as those for workerd do. A
 * bundle of `astro-gatehouse/server` would be a second copy next to the middlewares, which are loaded file by file.
 */
export function oneCopy(): Plugin {
  return {
    name: 'astro-gatehouse:one-copy',
    // After the adapter has enabled bundling.
    enforce: 'post',
    configEnvironment(name, { optimizeDeps }) {
      // Other environments bundle nothing, and any entry would start the bundling.
      if (name === 'client' || optimizeDeps?.noDiscovery !== false) return undefined;
      return { optimizeDeps: { exclude: ONE_COPY, include: COMMON_JS.map((name) => `astro-gatehouse > ${name}`) } };
    },
  };
}

/**
 * Bundles packages with the code that renders pages during a build, as `ssr.noExternal` does for the server. Otherwise
 * that code would import them from the project's own folder, which may have another version for another package.
 */
export function bundledForPrerendering(names: readonly string[]): Plugin {
  return {
    name: 'astro-gatehouse:bundled-for-prerendering',
    // Astro 7.0 drops what its config has for this environment.
    configEnvironment: (name) => (name === 'prerender' ? { resolve: { noExternal: [...names] } } : undefined),
  };
}

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
