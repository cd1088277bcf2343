/** A place in which a browser may have a cookie: a path, and a domain unless the cookie is the host's own. */
export interface CookiePlace {
  readonly path: string;
  readonly domain?: string;
}

/** Maximum depth of paths, because the headers of an answer must fit into the buffers of proxies. */
const MAX_DEPTH = 3;
/**
 * Maximum number of parent domains of the host, counted from the top: one is probably that of the whole site, another a
 * public suffix.
 */
const MAX_ABOVE = 2;
const HOST_NAME = /^(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/**
 * Lists every other place from which a browser may have sent a cookie, because a Cookie header contains only names and
 * values. Domains in which nobody can set a cookie do no harm: the browser ignores them.
 *
 * @see RFC 6265bis 5.1.3, 5.1.4.
 */
export function placesBeside(
  place: { path: string; domain?: string | undefined },
  headers: Headers,
  url: URL,
): readonly CookiePlace[] {
  const own = { path: place.path, domain: place.domain?.replace(/^\./, '').toLowerCase() };
  const domains = [undefined, ...domainsOf(hostOf(headers) ?? url.hostname)];
  return pathsOf(url.pathname)
    .flatMap((path) => domains.map((domain) => ({ path, ...(domain !== undefined && { domain }) })))
    .filter(({ path, domain }) => path !== own.path || domain !== own.domain);
}

/** Returns the host as the browser knows it. Astro's own URL contains it only if `security.allowedDomains` does. */
function hostOf(headers: Headers): string | undefined {
  const [host = ''] = (headers.get('x-forwarded-host') ?? headers.get('host') ?? '').split(',');
  return host.trim().replace(/:\d*$/, '').toLowerCase() || undefined;
}

function domainsOf(host: string): readonly string[] {
  // IP addresses have no parent domains, and a header may contain anything.
  if (!HOST_NAME.test(host)) return [];
  const labels = host.split('.');
  const above = labels.slice(1, -1).map((_, at) => labels.slice(at + 1).join('.'));
  return [host, ...above.slice(-MAX_ABOVE)];
}

function pathsOf(pathname: string): readonly string[] {
  const folders = pathname.split('/').filter((folder) => folder !== '');
  const end = folders.findIndex((folder) => folder.includes(';'));
  const reached = folders.slice(0, Math.min(MAX_DEPTH, end < 0 ? folders.length : end));
  const paths = reached.map((_, at) => `/${reached.slice(0, at + 1).join('/')}`);
  const below = paths.flatMap((path) => (pathname.startsWith(`${path}/`) ? [path, `${path}/`] : [path]));
  return ['/', ...below];
}
