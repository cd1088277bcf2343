import type { Plugin } from 'vite';

/** Matches the module in which Astro renders the address of a server island. */
const RENDERER = /\/astro\/dist\/runtime\/server\/render\/server-islands\.js(?:$|\?)/;
/**
 * The line of that module after which the parts of the address are known, and the address is not yet written.
 *
 * @see node_modules/astro/dist/runtime/server/render/server-islands.js
 */
const LINE = 'const useGETRequest = isWithinURLLimit(serverIslandUrl, potentialSearchParams);';

/**
 * Adds to the address of each server island the page that renders it, signed: an island is a request of its own, and the
 * browser's `Referer` may name another page, for example while ClientRouter shows the next one.
 *
 * @param key The key of the global symbol under which the running site signs pages.
 */
export function islandPagePlugin(key: string): Plugin {
  const added = `
    const signedPage = await globalThis[Symbol.for(${JSON.stringify(key)})]?.(componentId, potentialSearchParams);
    if (signedPage && useGETRequest) potentialSearchParams.set(...signedPage);
    if (signedPage && !useGETRequest) serverIslandUrl += "?" + signedPage.join("=");`;
  return {
    name: 'astro-gatehouse:island-page',
    applyToEnvironment: ({ name }) => name !== 'client',
    transform: {
      filter: { id: RENDERER },
      handler(code) {
        if (!code.includes(LINE)) {
          this.warn(
            'astro-gatehouse cannot add the page to the addresses of server islands in this version of Astro. Roles of ' +
              'access.rolesFor do not apply in islands.',
          );
          return undefined;
        }
        return { code: code.replace(LINE, () => LINE + added), map: null };
      },
    },
  };
}
