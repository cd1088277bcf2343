import type { APIContext } from 'astro';
import type { Promised } from '../../base/promised.js';
import { printable } from '../../base/text.js';
import type { SessionDraft } from '../../session/draft/session-draft.js';
import { gatehouse } from '../start/started.js';
import { isOpenedPage } from './astro-cookie-jar.js';

/**
 * The header that makes Astro replace an answer by the site's error page, except in a pipeline of the application's
 * own.
 */
const ERROR_PAGE = 'X-Astro-Error';

/** Checks the answer, or handles the error that was thrown in its place, before the session is committed. */
export interface Hearing<Answer extends Response | undefined> {
  judge(answer: Answer): Promised<Answer>;
  /** @throws The error, when it cannot be turned into an answer. */
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
 * Checks whether components of a page may still be rendering into the body of this answer.
 *
 * @param isPage True when the answer is known to come from a page's route. Its content type may be anything: XML, a
 *   fragment of HTML.
 */
export function bodyIsStreamedPage(response: Response, isPage: boolean): boolean {
  return response.body !== null && (isPage || /^text\/html/i.test(response.headers.get('content-type') ?? ''));
}

/** Checks whether the headers of an answer allow showing it to other visitors. */
function asksToBeShared({ headers }: Response): boolean {
  const policy = headers.get('cache-control');
  const isKept = policy !== null && !/\bno-cache\b/i.test(policy);
  return !isPrivate(policy) && (isKept || headers.has('expires') || forSharedCaches(headers).length > 0);
}

/**
 * Checks whether an answer may be stored for other visitors: its headers allow it, or the route uses Astro's own cache.
 */
export function maySpread(response: Response, { cache }: Partial<Pick<APIContext, 'cache'>>): boolean {
  return asksToBeShared(response) || (cache?.enabled === true && cache.options.maxAge !== undefined);
}

/** Checks whether shared caches may store an answer: its headers allow it, or there is no Cache-Control header. */
function mayBeKept(response: Response): boolean {
  return response.headers.get('cache-control') === null || asksToBeShared(response);
}

/**
 * Returns the names of headers with policies for shared caches only, which take precedence over Cache-Control.
 *
 * @see RFC 9213
 */
function forSharedCaches(headers: Headers): readonly string[] {
  let found = NONE;
  for (const name of headers.keys()) {
    const isOne = name === 'cdn-cache-control' || name.endsWith('-cdn-cache-control') || name === 'surrogate-control';
    if (isOne) found = [...found, name];
  }
  return found;
}

/**
 * Checks for `private` or `no-store`. `private="name"` with header names covers these headers only, so the answer may
 * be stored.
 *
 * @see RFC 9111 5.2.2.7
 */
function isPrivate(policy: string | null): boolean {
  return policy !== null && /(?:^|[\s,])(?:private|no-store)\s*(?:,|$)/i.test(policy);
}

/** Keeps `no-transform`: event streams set it so that no proxy buffers them for compression. */
function untransformed(policy: string | null): string {
  return policy !== null && /\bno-transform\b/i.test(policy) ? ', no-transform' : '';
}

function variesByCookie(vary: string | null): boolean {
  return vary !== null && /(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(vary);
}

/**
 * Waits for the whole body of a page when its components may still do something that matters. Returns the same object,
 * because Hono accepts no other.
 */
export function wholeIf(mustWait: () => boolean, response: Response, isPage: boolean): Promised<Response> {
  if (!bodyIsStreamedPage(response, isPage) || !mustWait()) return response;
  const whole = response.clone().arrayBuffer();
  return whole.then(() => response);
}

/**
 * Marks an answer that Astro must replace by an error page.
 *
 * @param isOwnPipeline True when Astro needs the header for that.
 */
export function asErrorPage(response: Response, isOwnPipeline: boolean): Response {
  if (isOwnPipeline) response.headers.set(ERROR_PAGE, 'true');
  return response;
}

/**
 * Marks an answer as one visitor's, unless the page has set a private policy.
 *
 * @param kept What the visitor's own browser may do: store nothing, or revalidate before it shows a stored copy.
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

/**
 * Marks an answer as one visitor's.
 *
 * @param clearsSiteData True when the browser must delete what it has stored of the site.
 */
export function asPersonal(response: Response, kept: 'no-store' | 'no-cache', clearsSiteData = false): Response {
  const personal = keepFromSharedCaches(response, kept);
  return clearsSiteData ? clearingSiteData(personal) : personal;
}

/**
 * Adds the header that makes a browser delete what it has stored of the site. Cookies stay, because others may have set
 * them.
 */
function clearingSiteData(response: Response): Response {
  return withHeaders(response, (headers) => headers.set('Clear-Site-Data', '"cache", "storage"'));
}

/**
 * Returns a page that leads to the target of a redirect. When another site makes the browser open an address, the
 * browser sends no `SameSite=Strict` cookie, not even to the target of a redirect. It does send the cookie when a page
 * of the same site opens the target.
 *
 * @param ownOrigin The site's origin. A redirect to another origin is returned unchanged.
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

/** Adds these cookies to the answer, where Astro does not. */
export function withCookies(response: Response, cookies: Iterable<string>): Response {
  return withHeaders(response, (headers) => {
    const present = new Set(headers.getSetCookie());
    for (const cookie of cookies) if (!present.has(cookie)) headers.append('Set-Cookie', cookie);
  });
}

/** Changes the headers, or those of a copy: headers of `Response.redirect()` and of fetched answers are immutable. */
export function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  try {
    change(response.headers);
    return response;
  } catch {
    const copy = new Response(response.body, response);
    change(copy.headers);
    return copy;
  }
}

/** Notifies the source of an answer's body that nobody reads the rest of it, because another answer is sent. */
export function discard({ body }: Response): void {
  body?.cancel().catch(() => {});
}

let hasLogged = false;

/**
 * Logs when a session is used after an answer was sent that shared caches may store. Pages are awaited, but not a body
 * that an endpoint streams: when its code uses the session, the headers can no longer be changed.
 *
 * @returns The answer.
 */
export function noticingLateUse(
  answer: Response,
  draft: SessionDraft | undefined,
  { routePattern }: APIContext,
): Response {
  if (draft?.isNew === false && answer.body && mayBeKept(answer)) draft.onLateUse = () => warnOfLateUse(routePattern);
  return answer;
}

function warnOfLateUse(route: string): void {
  if (hasLogged) return;
  hasLogged = true;
  gatehouse.parts.log.misfit(
    `The session was used after the headers of an answer of ${printable(route)} had been sent, and was not used ` +
      'before: a shared cache may store that answer. If its body depends on the session, read the visitor before you ' +
      'return the Response, or set Cache-Control: private. This is logged once.',
  );
}
