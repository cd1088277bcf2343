import { IslandPages } from '../../access/pages/island-pages.js';
import { currentRequest } from '../../container/scope/current-request.js';
import { requestOf } from '../../container/scope/request-scope.js';
import type { Services } from '../../container/services.js';

/** The name of the parameter in the address of a server island that names its page. */
export const PARAMETER = 'page';
/** The parameters that Astro writes: the component's export, its properties and its slots, all encrypted. */
const PARTS = ['e', 'p', 's'] as const;

/** Maximum length of a query that becomes part of the island's address: servers limit the length of addresses. */
const LONGEST_QUERY = 500;

/**
 * Signs the pages of server islands from here on. Astro's renderer finds the function under this key, and not by an import:
 * every page would then depend on every other, and get its styles, because this package's start imports their guards.
 *
 * @param key The key that the plugin for Astro's renderer was given.
 */
export function signIslands(key: string, services: Services): void {
  const sign = async (name: string, given: URLSearchParams) => {
    const token = await tokenOf(services, name, given);
    return token === undefined ? undefined : [PARAMETER, token];
  };
  Object.assign(globalThis, { [Symbol.for(key)]: sign });
}

/**
 * Returns the token of the page that renders an island; `undefined` for a prerendered page, and where no roles depend on the
 * route.
 *
 * @param name The island's name in the build.
 * @param given The parameters of its address.
 */
async function tokenOf(services: Services, name: string, given: URLSearchParams): Promise<string | undefined> {
  const { scope } = currentRequest;
  const request = scope && requestOf(scope);
  const page = request?.looksAtRoutes ? request.guarded?.page : undefined;
  if (!page) return undefined;
  const { routePattern, params, url } = page;
  const island = [request?.url?.host ?? '', name, ...PARTS.map((part) => given.get(part))];
  const address = url.pathname + (url.search.length > LONGEST_QUERY ? '' : url.search);
  return services.get(IslandPages).sign({ routePattern, params, address }, island);
}
