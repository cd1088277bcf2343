import type { APIContext } from 'astro';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { RETURN_PARAMETER, toReturnPath } from '../../access/paths/return-path.js';
import { isInternalPath } from '../../access/paths/special-paths.js';
import type { RoutePath } from '../../access/route-types.js';
import { withoutTrailingSlash } from '../../base/text.js';
import { HelperCall, type WithLocals } from './helper-call.js';

const CALL = new HelperCall<[fallback?: string]>('safeReturnTo(fallback?, context?)');

type Asked = WithLocals & Partial<Pick<APIContext, 'url' | 'request'>>;

/**
 * Gives where to go after signing in: the page that sent the visitor to the login page, or else `fallback`. Never another
 * site, and never the login page itself. Fit for `context.redirect()`, with the site's `base` in it.
 *
 * @param fallback A page of the site, with or without its `base`. Default `/`.
 * @param context The request that signs in; the page's address is in its query, or in that of the page it came from.
 *   Default: that under way. It may stand first, too.
 * @throws {OutsideRequestError} Where there is no request.
 */
export function safeReturnTo(fallback?: string, context?: WithLocals): RoutePath;
export function safeReturnTo(context: WithLocals | undefined, fallback?: string): RoutePath;
export function safeReturnTo(...given: unknown[]): RoutePath {
  const {
    request,
    context,
    others: [fallback = '/'],
  } = CALL.within(given);
  const asked: Asked | undefined = context;
  const url = asked?.url ?? request.url;
  const headers = asked?.request?.headers ?? request.headers;
  const config = request.services.get(GuardConfig);
  const otherwise = config.withBase(fallback) as RoutePath;
  const path = url && toReturnPath(url.searchParams.get(RETURN_PARAMETER) ?? returnParameterOfReferrer(headers, url));
  if (url === undefined || path === undefined) return otherwise;
  const pathname = withoutTrailingSlash(new URL(path, url).pathname);
  const isLogin = pathname === withoutTrailingSlash(config.toLocation(config.loginPath));
  return isLogin || isInternalPath(`${pathname}/`, config.base) ? otherwise : (path as RoutePath);
}

function returnParameterOfReferrer(headers: Headers | undefined, url: URL): string | null {
  const referrer = headers?.get('referer');
  if (!referrer || !URL.canParse(referrer)) return null;
  const { origin, searchParams } = new URL(referrer);
  return origin === url.origin ? searchParams.get(RETURN_PARAMETER) : null;
}
