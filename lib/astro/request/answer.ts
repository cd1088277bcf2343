import type { APIContext } from 'astro';
import type { Promised } from '../../session/promised.js';
import { isOpenedPage } from './astro-cookie-jar.js';

/** Has Astro put the site's error page in the place of an answer, where a pipeline of the project's own does not. */
const ERROR_PAGE = 'X-Astro-Error';

/** What is done with an answer, or with what is thrown in its place, before the session is committed. */
export interface Hearing<Answer extends Response | undefined> {
  judge(answer: Answer): Promised<Answer>;
  /** @throws What it does not know an answer to. */
  rescue(error: unknown): Promised<Answer>;
}

export const UNHEARD: Hearing<Response | undefined> = {
  judge: (answer) => answer,
  rescue(error) {
    throw error;
  },
};

const NONE: readonly string[] = [];

/**
 * Whether components of a page may still be rendering into the body of this answer.
 *
 * @param isPage Whether that of a page's own route is known to be answered, which may be of any type: XML, a part of a page.
 */
export function bodyIsStreamedPage(response: Response, isPage: boolean): boolean {
  return response.body !== null && (isPage || /^text\/html/i.test(response.headers.get('content-type') ?? ''));
}

/** Whether an answer says that others than its visitor may be shown it. */
function asksToBeShared({ headers }: Response): boolean {
  const policy = headers.get('cache-control');
  const isKept = policy !== null && !/\bno-cache\b/i.test(policy);
  return !isPrivate(policy) && (isKept || headers.has('expires') || forSharedCaches(headers).length > 0);
}

/** Whether an answer may be kept for other visitors: it says so, or the route has Astro's own cache keep it. */
export function maySpread(response: Response, { cache }: Partial<Pick<APIContext, 'cache'>>): boolean {
  return asksToBeShared(response) || (cache?.enabled === true && cache.options.maxAge !== undefined);
}

/** Whether shared caches may keep an answer: it says so, or does not say that they may not. */
export function mayBeKept(response: Response): boolean {
  return response.headers.get('cache-control') === null || asksToBeShared(response);
}

/** Lists headers with policies that count for shared caches alone, and before Cache-Control. @see RFC 9213 */
function forSharedCaches(headers: Headers): readonly string[] {
  let found = NONE;
  for (const name of headers.keys()) {
    const isOne = name === 'cdn-cache-control' || name.endsWith('-cdn-cache-control') || name === 'surrogate-control';
    if (isOne) found = [...found, name];
  }
  return found;
}

/** With names of headers behind it, `private` is said of these alone, and the rest may be kept. @see RFC 9111 5.2.2.7 */
function isPrivate(policy: string | null): boolean {
  return policy !== null && /(?:^|[\s,])(?:private|no-store)\s*(?:,|$)/i.test(policy);
}

/** Keeps what an event stream asks for: that nobody on the way holds it back to compress it. */
function untransformed(policy: string | null): string {
  return policy !== null && /\bno-transform\b/i.test(policy) ? ', no-transform' : '';
}

function variesByCookie(vary: string | null): boolean {
  return vary !== null && /(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(vary);
}

/**
 * Waits until the body of a page is there to the last byte, where something may still come of the components in it. The
 * answer stays the same object: Hono would not take another.
 */
export function wholeIf(mustWait: () => boolean, response: Response, isPage: boolean): Promised<Response> {
  if (!bodyIsStreamedPage(response, isPage) || !mustWait()) return response;
  const whole = response.clone().arrayBuffer();
  return whole.then(() => response);
}

/** The answer for which Astro is to put an error page. @param isOwnPipeline Whether it has to be told so. */
export function asErrorPage(response: Response, isOwnPipeline: boolean): Response {
  if (isOwnPipeline) response.headers.set(ERROR_PAGE, 'true');
  return response;
}

/**
 * Marks an answer as one visitor's, unless the page chose a private policy of its own.
 *
 * @param kept What the visitor's own browser may do: keep nothing, or ask before it shows again what it has kept.
 * @see RFC 9111 5.2.2.7; OWASP ASVS 5.0 14.2.2
 */
function keepFromSharedCaches(response: Response, kept: 'no-store' | 'no-cache'): Response {
  return withHeaders(response, (headers) => {
    const policy = headers.get('cache-control');
    if (!isPrivate(policy)) headers.set('Cache-Control', `private, ${kept}${untransformed(policy)}`);
    for (const name of forSharedCaches(headers)) headers.delete(name);
    if (!variesByCookie(headers.get('vary'))) headers.append('Vary', 'Cookie');
  });
}

/** One visitor's answer. @param clearsSiteData Whether the browser is to drop what it has kept of the site. */
export function asPersonal(response: Response, kept: 'no-store' | 'no-cache', clearsSiteData = false): Response {
  const personal = keepFromSharedCaches(response, kept);
  return clearsSiteData ? clearingSiteData(personal) : personal;
}

/** The answer at which a browser drops what it has kept of the site. Its cookies are left: not all of them are ours. */
function clearingSiteData(response: Response): Response {
  return withHeaders(response, (headers) => headers.set('Clear-Site-Data', '"cache", "storage"'));
}

/**
 * A page that leads where a redirect would. What a browser opens because another site had it do so goes without a cookie
 * that is `SameSite=Strict`, redirects included; what a page of one's own opens does not.
 *
 * @param ownOrigin Where else a redirect leads is left as it is.
 */
export function asOwnNavigation(response: Response, request: Request, ownOrigin: string): Response {
  const location = isOpenedPage(request.headers) ? response.headers.get('location') : null;
  if (response.status < 300 || response.status > 399 || location === null || !URL.canParse(location, ownOrigin)) {
    return response;
  }
  const target = new URL(location, ownOrigin);
  if (target.origin !== ownOrigin) return response;
  const address = (target.pathname + target.search + target.hash).replace(
    /[&<>"']/g,
    (sign) => `&#${sign.charCodeAt(0)};`,
  );
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${address}"><a href="${address}">Continue</a>`;
  const headers = new Headers(response.headers);
  headers.delete('location');
  headers.delete('content-length');
  headers.set('Content-Type', 'text/html; charset=utf-8');
  return new Response(page, { status: 200, headers });
}

/** The answer with these cookies, for where nobody else adds them. */
export function withCookies(response: Response, cookies: Iterable<string>): Response {
  return withHeaders(response, (headers) => {
    const present = new Set(headers.getSetCookie());
    for (const cookie of cookies) if (!present.has(cookie)) headers.append('Set-Cookie', cookie);
  });
}

/** Adds the cookies that are to go. Most answers remove none, and are not looked at. */
export function withRemovals(response: Response, removals: readonly string[] = NONE): Response {
  return removals.length > 0 ? withCookies(response, removals) : response;
}

/** Headers of `Response.redirect()` and of fetched answers cannot be changed. */
function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  try {
    change(response.headers);
    return response;
  } catch {
    const copy = new Response(response.body, response);
    change(copy.headers);
    return copy;
  }
}
