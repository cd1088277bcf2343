import { readOrigin, readReferrer, type SiteOrigins } from './site-origins.js';

/** A request as it arrived, before any change by the application. */
export interface SentRequest {
  readonly headers: Headers;
  /** The address at which it arrived, as Astro validated it. */
  readonly sentTo: URL;
}

/** The result of {@link checkOrigin}: whether a request comes from a page of this site, and the reason. */
export interface OriginFinding {
  readonly isOwn: boolean;
  readonly reason: string;
  /** The origin that the request names, when it is a valid address. */
  readonly origin?: URL | undefined;
}

/**
 * Checks whether a page of this site sent a request. `Sec-Fetch-Site` counts first, because the browser sets it and it
 * holds behind any proxy; then `Origin`, then `Referer`. A request without any of these headers is refused, and so is
 * one whose headers contradict each other.
 *
 * @see https://www.w3.org/TR/fetch-metadata/; OWASP CSRF Prevention Cheat Sheet
 */
export function checkOrigin({ headers, sentTo }: SentRequest, site: SiteOrigins): OriginFinding {
  const relation = headers.get('sec-fetch-site');
  const originHeader = headers.get('origin');
  const origin = originHeader === null ? undefined : readOrigin(originHeader);
  const hasOddOrigin = originHeader !== null && originHeader !== 'null' && !origin;
  if (hasOddOrigin) return refused(`Origin "${originHeader}" is not the address of one site`);
  if (relation !== null) {
    if (relation !== 'same-origin' && relation !== 'none') return refused(`Sec-Fetch-Site is ${relation}`, origin);
    return origin && site.excludes(origin, sentTo)
      ? refused(`Origin ${origin.origin} contradicts Sec-Fetch-Site: ${relation}`)
      : { isOwn: true, reason: `Sec-Fetch-Site is ${relation}` };
  }
  const referrerHeader = headers.get('referer');
  const referrer = referrerHeader === null ? undefined : readReferrer(referrerHeader);
  if (originHeader !== null) {
    if (!origin) return refused('Origin is null');
    if (!site.includes(origin, sentTo)) return refused(`Origin ${origin.origin} is not ${sentTo.origin}`, origin);
    return referrer && !site.includes(referrer, sentTo)
      ? refused(`Referer ${referrer.origin} contradicts Origin ${origin.origin}`)
      : { isOwn: true, reason: `Origin is ${origin.origin}` };
  }
  if (referrerHeader === null) {
    return refused(
      'it has no Sec-Fetch-Site, Origin or Referer header, so no browser sent it. ' +
        'If programs send it, add its path to csrf.except',
    );
  }
  if (!referrer) return refused(`Referer "${referrerHeader}" is not an address`);
  return site.includes(referrer, sentTo)
    ? { isOwn: true, reason: `Referer is of ${referrer.origin}` }
    : refused(`Referer ${referrer.origin} is not ${sentTo.origin}`, referrer);
}

function refused(reason: string, origin?: URL): OriginFinding {
  return { isOwn: false, reason, origin };
}
