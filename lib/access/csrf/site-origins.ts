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
  /** @param domains Further names of the site, in addition to the one under which a request arrives. */
  constructor(private readonly domains: readonly AllowedDomain[] = []) {}

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
