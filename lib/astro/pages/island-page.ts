import { IslandPages } from '../../access/pages/island-pages.js';
import { currentRequest } from '../../container/scope/current-request.js';
import { requestOf } from '../../container/scope/request-scope.js';
import { gatehouse } from '../start/started.js';

/** The name of the parameter in the address of a server island that names its page. */
export const PARAMETER = 'page';
/** The parameters that Astro writes: the component's export, its properties and its slots, all encrypted. */
const PARTS = ['e', 'p', 's'] as const;

/** Maximum length of a query that becomes part of the island's address: servers limit the length of addresses. */
const LONGEST_QUERY = 500;

/**
 * Returns the token of the page that renders an island; `undefined` for a prerendered page, and where no roles depend on the
 * route.
 *
 * @param name The island's name in the build.
 * @param given The parameters of its address.
 */
export async function tokenOf(name: string, given: URLSearchParams): Promise<string | undefined> {
  const { scope } = currentRequest;
  const request = scope && requestOf(scope);
  const page = request?.looksAtRoutes ? request.guarded?.page : undefined;
  if (!page) return undefined;
  const { routePattern, params, url } = page;
  const island = [request?.url?.host ?? '', name, ...PARTS.map((part) => given.get(part))];
  const address = url.pathname + (url.search.length > LONGEST_QUERY ? '' : url.search);
  return gatehouse.services.get(IslandPages).sign({ routePattern, params, address }, island);
}
