import { TrustedOrigins, trustedOriginProblem } from './trusted-origins.js';

/** A name of the site, as in Astro's `security.allowedDomains`. A missing property matches anything. */
export interface AllowedDomain {
  readonly protocol?: string | undefined;
  /** `*.site.example` matches one more label, `**.site.example` any number. */
  readonly hostname?: string | undefined;
  readonly port?: string | undefined;
}

const ORIGIN = /^https?:\/\/[^\s/\\?#@,]+$/i;
const ADDRESS = /^https?:\/\/[^\s/\\?#@,]+(?:[/?#][^\s\\]*)?$/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * @returns The origin in an `Origin` header; `undefined` for `null`, for several origins, and for a value that no
 *   browser sends.
 */
export function readOrigin(header: string): URL | undefined {
  return ORIGIN.test(header) && URL.canParse(header) ? new URL(header) : undefined;
}

/** @returns The address in a `Referer` header; `undefined` for a value that no browser sends. */
export function readReferrer(header: string): URL | undefined {
  return ADDRESS.test(header) && URL.canParse(header) ? new URL(header) : undefined;
}

/** Distinguishes the origins of this site from others. Two ports of one host are two sites, and so are subdomains. */
export class SiteOrigins {
  /**
   * @param domains Further names of the site, in addition to the one under which a request arrives.
   * @param trusted Other sites and apps whose pages may send requests as the site's own pages do.
   */
  constructor(
    private readonly domains: readonly AllowedDomain[] = [],
    readonly trusted = new TrustedOrigins(),
  ) {}

  /**
   * Checks whether an origin belongs to this site.
   *
   * @param sentTo The address at which the request arrived, as Astro validated it.
   */
  includes(origin: URL, sentTo: URL): boolean {
    return origin.origin === sentTo.origin || this.domains.some((domain) => isNamedBy(domain, origin, sentTo));
  }

  /** Checks whether an origin is certainly another site. That is known only if the site's names are configured. */
  excludes(origin: URL, sentTo: URL): boolean {
    if (this.domains.length === 0 || this.includes(origin, sentTo)) return false;
    return !this.domains.some(({ hostname }) => hostname === undefined || matches(hostname, origin.hostname));
  }
}

/**
 * Checks whether an origin is a name of the site. A complete name is one for every request. A name with a star may
 * cover hosts of different owners, so it only allows a request to this host from this same host.
 */
function isNamedBy({ protocol, hostname, port }: AllowedDomain, origin: URL, sentTo: URL): boolean {
  const isSameHost = origin.hostname === sentTo.hostname;
  if (hostname !== origin.hostname) {
    if (!isSameHost || (hostname !== undefined && !matches(hostname, origin.hostname))) return false;
  }
  const isSafeProtocol = origin.protocol === 'https:' || sentTo.protocol === 'http:';
  if (protocol ? `${protocol}:` !== origin.protocol : !isSafeProtocol) return false;
  if (port) return port === portOf(origin);
  return isSameHost ? origin.port === sentTo.port || portOf(origin) === portOf(sentTo) : origin.port === '';
}

function matches(pattern: string, hostname: string): boolean {
  if (!pattern.startsWith('*')) return pattern === hostname;
  const [, stars = '', end = ''] = /^(\*{1,2})(\..+)$/.exec(pattern) ?? [];
  if (end === '' || !hostname.endsWith(end)) return false;
  const labels = hostname.slice(0, -end.length);
  return labels !== '' && (stars === '**' || !labels.includes('.'));
}

function portOf({ port, protocol }: URL): string {
  return port || (DEFAULT_PORTS[protocol] ?? '');
}

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
  /** The same as it was sent, when it could be listed in `csrf.trustedOrigins` and probably is another part of the site. */
  readonly listable?: string | undefined;
}

/** The values of `Sec-Fetch-Site` for requests that a page sent. */
const RELATIONS: ReadonlySet<string | null> = new Set([null, 'same-origin', 'same-site', 'cross-site', 'none']);

/**
 * Checks whether a page of this site sent a request, or one of a trusted origin. `Sec-Fetch-Site` counts first, because the browser sets it and it
 * holds behind any proxy; then `Origin`, then `Referer`. A request without any of these headers is refused, and so is
 * one whose headers contradict each other. For a trusted origin, which is named by `Origin`, or by `Referer` where there is
 * no `Origin`, `Sec-Fetch-Site` may say that it is another site.
 *
 * @see https://www.w3.org/TR/fetch-metadata/; OWASP CSRF Prevention Cheat Sheet
 */
export function checkOrigin({ headers, sentTo }: SentRequest, site: SiteOrigins): OriginFinding {
  const relation = headers.get('sec-fetch-site');
  const originHeader = headers.get('origin');
  const origin = originHeader === null ? undefined : readOrigin(originHeader);
  const referrerHeader = headers.get('referer');
  if (isTrusted(originHeader, referrerHeader, site.trusted)) return ofTrusted({ headers, sentTo }, site);
  const hasOddOrigin = originHeader !== null && originHeader !== 'null' && !origin;
  if (hasOddOrigin) {
    const isApp = trustedOriginProblem(originHeader) === undefined;
    const odd = refused(`Origin "${originHeader}" is not the address of one site`);
    return isApp ? { ...odd, listable: originHeader } : odd;
  }
  if (relation !== null) {
    if (relation !== 'same-origin' && relation !== 'none') {
      const isNeighbour = relation === 'same-site';
      return {
        ...refused(`Sec-Fetch-Site is ${relation}`, origin),
        listable: isNeighbour ? origin?.origin : undefined,
      };
    }
    return origin && site.excludes(origin, sentTo)
      ? refused(`Origin ${origin.origin} contradicts Sec-Fetch-Site: ${relation}`)
      : { isOwn: true, reason: `Sec-Fetch-Site is ${relation}` };
  }
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

function isTrusted(origin: string | null, referrer: string | null, trusted: TrustedOrigins): boolean {
  return origin === null ? referrer !== null && trusted.includesPage(referrer) : trusted.includes(origin);
}

/** Checks a request that names a trusted origin for contradictions. */
function ofTrusted({ headers, sentTo }: SentRequest, site: SiteOrigins): OriginFinding {
  const [relation, origin, page] = ['sec-fetch-site', 'origin', 'referer'].map((name) => headers.get(name));
  if (!RELATIONS.has(relation ?? null)) return refused(`Sec-Fetch-Site is ${relation}`);
  const sender = origin ?? page ?? '';
  if (relation || !page || site.trusted.includesPage(page)) return { isOwn: true, reason: `${sender} is trusted` };
  const referrer = readReferrer(page);
  return referrer && site.includes(referrer, sentTo)
    ? { isOwn: true, reason: `${sender} is trusted` }
    : refused(`Referer "${page}" contradicts Origin ${sender}`);
}

function refused(reason: string, origin?: URL): OriginFinding {
  return { isOwn: false, reason, origin };
}
