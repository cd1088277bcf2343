import type { Plugin } from 'vite';

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
