import type { Plugin } from 'vite';

/** Helpers and middlewares must be of one copy. Astro sees to that only where the project's own package.json names us. */
export const ONE_COPY = ['astro-gatehouse'];
/** What is imported here and is CommonJS: only a bundler makes modules of it, where the host has no `require`. */
const COMMON_JS = ['micromatch', 'reflect-metadata', 'tsyringe'];

/**
 * Keeps the package in one copy in development servers that bundle what a server imports, as those for workerd do: a
 * bundle of `astro-gatehouse/server` would be another one than that of the middlewares, which are loaded file by file.
 */
export function oneCopy(): Plugin {
  return {
    name: 'astro-gatehouse:one-copy',
    // After the adapter has said so.
    enforce: 'post',
    configEnvironment(name, { optimizeDeps }) {
      // Elsewhere nothing is bundled, and naming something would begin it.
      if (name === 'client' || optimizeDeps?.noDiscovery !== false) return undefined;
      return { optimizeDeps: { exclude: ONE_COPY, include: COMMON_JS.map((name) => `astro-gatehouse > ${name}`) } };
    },
  };
}
