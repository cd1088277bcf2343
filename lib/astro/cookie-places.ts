/** A place in which a browser may have a cookie: a path, and a domain where it is not the host's alone. */
interface CookiePlace {
  readonly path: string;
  readonly domain?: string;
}

/** Folders of a path: an answer's head has to fit into what proxies keep of it. */
const MAX_DEPTH = 3;
/** Domains above the host, counted from the top: one is likely to be the whole of a site's, another a public one. */
const MAX_ABOVE = 2;
const HOST_NAME = /^(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/**
 * Lists every place but this one from which a browser may have sent a cookie with a request: a cookie says its name and nothing
 * of where it was set. A domain in which nobody can set a cookie is none to the browser either.
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

/** Gives the host as the browser knows it. Astro's own URL has it only where `security.allowedDomains` does. */
function hostOf(headers: Headers): string | undefined {
  const [host = ''] = (headers.get('x-forwarded-host') ?? headers.get('host') ?? '').split(',');
  return host.trim().replace(/:\d*$/, '').toLowerCase() || undefined;
}

function domainsOf(host: string): readonly string[] {
  // Addresses have no domains, and what a header says may be anything.
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
