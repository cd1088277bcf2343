import { printable } from '../../base/text.js';
import type { AccessDeniedError } from '../../errors/index.js';
import { standingFor } from '../../errors/thrown-response.js';
import type { AccessDecision } from '../access-decision.js';
import type { GuardedRequest } from '../guard/guarded-request.js';

const UNCACHEABLE = { 'Cache-Control': 'private, no-store', Vary: 'Cookie' } as const;
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  423: 'Locked',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};
const ACTION_CODES = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' } as const;
/** Seconds after which a client should try again. */
const RETRY_AFTER = '5';

/**
 * Checks that the answer of an overridden guard is a response: without one the page would be rendered.
 *
 * @throws {TypeError} For anything else.
 */
export function asAnswer(answer: unknown): Response {
  if (answer instanceof Response) return answer;
  throw new TypeError('refuse(), challenge() or forbid() returned no Response: return one, or what super returns');
}

/**
 * Creates a refusal that redirects the browser. A method other than GET and HEAD becomes GET.
 *
 * @param variesBy The headers by which other clients would get another answer.
 */
export function redirectTo(location: string, method: string, variesBy?: string): Response {
  const status = method === 'GET' || method === 'HEAD' ? 302 : 303;
  const headers: Record<string, string> = { ...UNCACHEABLE, Location: printable(location) };
  if (variesBy !== undefined) headers.Vary = `${UNCACHEABLE.Vary}, ${variesBy}`;
  return new Response(null, { status, headers });
}

/** Creates a refusal for programs: problem details with the decision, without the rule. @see RFC 9457 */
export function problem(
  status: number,
  decision?: Pick<AccessDecision, 'reason' | 'missing'> & { readonly code: string },
): Response {
  const details = {
    type: 'about:blank',
    title: titleOf(status),
    status,
    detail: decision?.reason,
    code: decision?.code,
    missing: decision && decision.missing.length > 0 ? decision.missing : undefined,
  };
  return new Response(JSON.stringify(details), {
    status,
    headers: { ...UNCACHEABLE, 'Content-Type': 'application/problem+json' },
  });
}

/** Creates a refusal for a browser that cannot be redirected. @param text The text that the visitor reads. */
export function plain(status: number, text: string = titleOf(status)): Response {
  return new Response(text, {
    status,
    headers: { ...UNCACHEABLE, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}

/** The pages that are to be rendered in the place of refusals. */
const PAGES_IN_PLACE = new WeakMap<Response, string>();

/**
 * Creates a refusal in the place of which a page of the site is to be rendered. Where that is impossible, the refusal
 * itself is the answer.
 *
 * @param page The location of the page, with the site's base.
 */
export function inPlace(page: string): Response {
  const refusal = plain(403);
  PAGES_IN_PLACE.set(refusal, page);
  return refusal;
}

/** Returns the page that is to be rendered in the place of a refusal; `undefined` for any other answer. */
export function pageInPlace(answer: Response): string | undefined {
  return PAGES_IN_PLACE.get(answer);
}

/** Adds to a 401 how programs identify themselves. @param challenge The value of the header; `undefined` for none. */
export function withChallenge(response: Response, challenge: string | undefined): Response {
  if (challenge === undefined || response.status !== 401 || response.headers.has('www-authenticate')) return response;
  const answer = new Response(response.body, response);
  answer.headers.set('WWW-Authenticate', challenge);
  return answer;
}

/** Creates a refusal that looks like a page that does not exist: without a body, so that Astro renders the site's 404 page. */
export function hidden(): Response {
  return new Response(null, { status: 404 });
}

/** Checks whether a response is that of {@link hidden}. */
export function isHidden({ status, body }: Response): boolean {
  return status === 404 && body === null;
}

/** Creates a refusal that looks like Astro's answer for an action that does not exist. */
function hiddenAction(): Response {
  const error = { type: 'AstroActionError', code: 'NOT_FOUND', status: 404, message: '' };
  return new Response(JSON.stringify(error), { status: 404, headers: { 'Content-Type': 'application/json' } });
}

/** Answers as for a page, or for an action, that does not exist. */
export function notThere({ action }: GuardedRequest): Response {
  return action?.calledFrom === 'rpc' ? hiddenAction() : hidden();
}

/** Creates the answer while the visitor is unknown, or while their changes cannot be stored. @see RFC 9110 15.6.4 */
export function unavailable(): Response {
  const headers = { ...UNCACHEABLE, 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': RETRY_AFTER };
  return new Response(titleOf(503), { status: 503, headers });
}

/** Creates a refusal that Astro's client turns into an ActionError with a code. */
export function actionError(status: 401 | 403): Response {
  const error = { type: 'AstroActionError', code: ACTION_CODES[status], status, message: titleOf(status) };
  return new Response(JSON.stringify(error), {
    status,
    headers: { ...UNCACHEABLE, 'Content-Type': 'application/json' },
  });
}

/**
 * Turns a refusal into a response that can be thrown: code that catches it may return it, and code that expects an
 * `AccessDeniedError` finds its properties on it.
 *
 * @param challenge How programs identify themselves.
 */
export function deniedResponse(error: AccessDeniedError, challenge?: string): Response & AccessDeniedError {
  const { status, reason, denial, missing } = error;
  return standingFor(error, withChallenge(problem(status, { reason, code: denial, missing }), challenge));
}

function titleOf(status: number): string {
  return TITLES[status] ?? 'Refused';
}
