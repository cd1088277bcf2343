import { readOrigin, readReferrer, type SiteOrigins } from './site-origins.js';

/** A request as it arrived, whatever the application has made of it since. */
export interface SentRequest {
  readonly headers: Headers;
  /** Where it arrived, as Astro vouches for it. */
  readonly sentTo: URL;
}

/** Whether a request comes from a page of this site, and how that is known, or why not. */
export interface OriginFinding {
  readonly isOwn: boolean;
  readonly reason: string;
  /** What it says it comes from, when that is an address. */
  readonly origin?: URL | undefined;
}

/**
 * Finds out whether a page of this site sent a request. The browser's own word (`Sec-Fetch-Site`) counts first, because
 * it holds behind any proxy; then `Origin`, then `Referer`. Whoever says nothing of the kind is refused, and so is
 * whoever contradicts himself.
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
      'it does not say where it comes from (no Sec-Fetch-Site, Origin or Referer), so no browser sent it. ' +
        'What programs may send to is listed in csrf.except',
    );
  }
  if (!referrer) return refused(`Referer "${referrerHeader}" is no address`);
  return site.includes(referrer, sentTo)
    ? { isOwn: true, reason: `Referer is of ${referrer.origin}` }
    : refused(`Referer ${referrer.origin} is not ${sentTo.origin}`, referrer);
}

function refused(reason: string, origin?: URL): OriginFinding {
  return { isOwn: false, reason, origin };
}
