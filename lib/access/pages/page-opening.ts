import type { GuardedRequest } from '../guard/guarded-request.js';
import type { RequestedPage } from './requested-page.js';

/** Returns a request for a page, as if the visitor of another request opened it. */
export function openingOf(page: RequestedPage, by: GuardedRequest): GuardedRequest {
  const { url, routePattern, params } = page;
  return {
    method: 'GET',
    url,
    pathname: url.pathname,
    search: url.search,
    routePattern,
    params,
    page,
    isNavigation: true,
    isVisitorUnknown: by.isVisitorUnknown,
    sessionHash: by.sessionHash,
    signedInFor: by.signedInFor,
    isOnlyRemembered: by.isOnlyRemembered,
    headers: by.headers,
    cookies: by.cookies,
    clientAddress: by.clientAddress,
  };
}
