/** A name of the site, as Astro's `security.allowedDomains` has it; what it leaves out may be anything. */
export interface AllowedDomain {
  readonly protocol?: string | undefined;
  /** `*.site.example` is one label more, `**.site.example` any number. */
  readonly hostname?: string | undefined;
  readonly port?: string | undefined;
}

const ORIGIN = /^https?:\/\/[^\s/\\?#@,]+$/i;
const ADDRESS = /^https?:\/\/[^\s/\\?#@,]+(?:[/?#][^\s\\]*)?$/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** @returns What an `Origin` header names; `undefined` for `null`, for several, and for what no browser sends. */
export function readOrigin(header: string): URL | undefined {
  return ORIGIN.test(header) && URL.canParse(header) ? new URL(header) : undefined;
}

/** @returns What a `Referer` header names; `undefined` for what no browser sends. */
export function readReferrer(header: string): URL | undefined {
  return ADDRESS.test(header) && URL.canParse(header) ? new URL(header) : undefined;
}

/** Tells the pages of this site from those of others. Two ports of one host are two sites, and so are sub-domains. */
export class SiteOrigins {
  /** @param domains Names under which the site is reached, beside that under which a request arrives. */
  constructor(private readonly domains: readonly AllowedDomain[] = []) {}

  /** @param sentTo Where the request arrived, as Astro vouches for it. */
  includes(origin: URL, sentTo: URL): boolean {
    return origin.origin === sentTo.origin || this.domains.some((domain) => isNamedBy(domain, origin, sentTo));
  }

  /** Whether an origin is another site for certain: that of a site which knows all its names is one of them. */
  excludes(origin: URL, sentTo: URL): boolean {
    if (this.domains.length === 0 || this.includes(origin, sentTo)) return false;
    return !this.domains.some(({ hostname }) => hostname === undefined || matches(hostname, origin.hostname));
  }
}

/**
 * A name that is written out is the site's, wherever the request went. One with a star may be the names of many, who
 * are strangers to one another: it says no more than that a request which went to this host may come from it.
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
