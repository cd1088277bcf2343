import { withoutTrailingSlash } from '../../base/text.js';
import { TrustedOrigins } from '../csrf/trusted-origins.js';
import type { GuardConfig } from '../guard/guard-config.js';
import { pathOnly } from '../paths/guarded-paths.js';
import { RETURN_PARAMETER, toReturnPath } from '../paths/return-path.js';
import { isInternalPath } from '../paths/special-paths.js';
import type { LostReturnPath } from './lost-return-path.js';

/** The part of a request that says where the visitor wanted to go. */
export interface AskedFrom {
  readonly url: URL;
  readonly headers: Headers | undefined;
}

/**
 * Returns the page that a visitor wanted to open before they were asked to sign in: `returnTo` of the request's URL, or
 * else of its Referer header, if this is a page of the same origin; or else what is remembered for that page.
 *
 * @param remembered Returns what is remembered in a cookie. Called only if the addresses say nothing.
 * @param trusted Other origins that visitors may be returned to.
 * @returns As {@link pageToReturnTo}.
 */
export function askedReturnPath(
  { url, headers }: AskedFrom,
  config: GuardConfig,
  remembered: () => LostReturnPath | undefined,
  trusted = new TrustedOrigins(),
): string | undefined {
  return pageToReturnTo(askedIn(url, headers, remembered), url, config, trusted);
}

/**
 * Returns a page to return to, taken from an untrusted string.
 *
 * @param url The address of the request.
 * @returns A path of this site with its base, never the login page nor an address of Astro itself; or the address of a page
 *   of a trusted origin; otherwise `undefined`.
 */
export function pageToReturnTo(
  given: unknown,
  { origin }: URL,
  config: GuardConfig,
  trusted = new TrustedOrigins(),
): string | undefined {
  const address = trusted.addressIn(given);
  const isHere = address !== undefined && new URL(address).origin === origin;
  if (address !== undefined && !isHere) return address;
  const path = toReturnPath(isHere ? address.slice(origin.length) : given);
  if (path === undefined) return undefined;
  const pathname = withoutTrailingSlash(path.replace(/[?#].*$/s, ''));
  const isLogin = config.loginPages.has(pathOnly(pathname, config.base));
  return isLogin || isInternalPath(`${pathname}/`, config.base) ? undefined : path;
}

function askedIn(url: URL, headers: Headers | undefined, remembered: () => LostReturnPath | undefined): string | null {
  const asked = url.searchParams.get(RETURN_PARAMETER);
  if (asked !== null) return asked;
  const referrer = ownReferrer(url, headers);
  if (!referrer) return null;
  const before = referrer.searchParams.get(RETURN_PARAMETER);
  if (before !== null) return before;
  const lost = remembered();
  return lost?.form === referrer.pathname ? lost.returnTo : null;
}

/** Returns the page of this site that sent a request, if its Referer header names one. */
export function ownReferrer(url: URL, headers: Headers | undefined): URL | undefined {
  const referrer = URL.parse(headers?.get('referer') ?? '');
  return referrer?.origin === url.origin ? referrer : undefined;
}
