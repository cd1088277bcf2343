import type { GuardedRequest } from '../../lib/access/guard/guarded-request.js';
import { RequestCookies } from '../../lib/base/request-cookies.js';

/** A browser opens a page whose route is a fixed path. */
export function navigation(address: string, parts: Partial<GuardedRequest> = {}): GuardedRequest {
  const url = new URL(address, 'http://site.example');
  const { pathname, search } = url;
  const headers = parts.headers ?? new Headers();
  return {
    method: 'GET',
    pathname,
    search,
    routePattern: decodeURI(pathname),
    params: {},
    url,
    signedInFor: undefined,
    headers,
    cookies: new RequestCookies(headers),
    clientAddress: undefined,
    isNavigation: true,
    ...parts,
  };
}

/** A program asks: a fetch, or an endpoint is called. */
export function call(address: string, parts: Partial<GuardedRequest> = {}): GuardedRequest {
  return navigation(address, { isNavigation: false, ...parts });
}
