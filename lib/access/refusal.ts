import { printable } from '../session/printable.js';
import type { AccessDecision } from './access-decision.js';

const UNCACHEABLE = { 'Cache-Control': 'private, no-store', Vary: 'Cookie' } as const;
const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
} as const;
const ACTION_CODES = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' } as const;
/** Seconds after which it is worth asking again. */
const RETRY_AFTER = '5';

/**
 * What a guard of somebody's own answers to whom it refuses may be anything. Without a response the page would be shown.
 *
 * @throws {TypeError} For what is no response.
 */
export function asAnswer(answer: unknown): Response {
  if (answer instanceof Response) return answer;
  throw new TypeError('refuse(), challenge() or forbid() gave no Response: return one, or what super gives');
}

/** A refusal that sends the browser elsewhere. Anything but GET and HEAD arrives there as a GET. */
export function redirectTo(location: string, method: string): Response {
  const status = method === 'GET' || method === 'HEAD' ? 302 : 303;
  return new Response(null, { status, headers: { ...UNCACHEABLE, Location: printable(location) } });
}

/** A refusal for programs: problem details, and what the decision says; of rules nothing. @see RFC 9457 */
export function problem(
  status: 400 | 401 | 403,
  decision?: Pick<AccessDecision, 'reason' | 'missing'> & { readonly code: string },
): Response {
  const details = {
    type: 'about:blank',
    title: TITLES[status],
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

/** A refusal for a browser that has nowhere to go. @param text What a visitor is told, where there is more to tell. */
export function plain(status: 401 | 403, text: string = TITLES[status]): Response {
  return new Response(text, {
    status,
    headers: { ...UNCACHEABLE, 'Content-Type': 'text/plain; charset=utf-8' },
  });
}

/** A refusal that looks like a page that does not exist: without a body, so that Astro puts the site's 404 page there. */
export function hidden(): Response {
  return new Response(null, { status: 404 });
}

/** Whether an answer is that of {@link hidden}. */
export function isHidden({ status, body }: Response): boolean {
  return status === 404 && body === null;
}

/** A refusal that looks like Astro's answer to a call of an action that does not exist. */
export function hiddenAction(): Response {
  const error = { type: 'AstroActionError', code: 'NOT_FOUND', status: 404, message: '' };
  return new Response(JSON.stringify(error), { status: 404, headers: { 'Content-Type': 'application/json' } });
}

/** An answer while nobody knows who asks, or cannot be told that what they did was kept. @see RFC 9110 15.6.4 */
export function unavailable(): Response {
  const headers = { ...UNCACHEABLE, 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': RETRY_AFTER };
  return new Response(TITLES[503], { status: 503, headers });
}

/** A refusal that Astro's client makes an ActionError of, with its code. */
export function actionError(status: 401 | 403): Response {
  const error = { type: 'AstroActionError', code: ACTION_CODES[status], status, message: TITLES[status] };
  return new Response(JSON.stringify(error), {
    status,
    headers: { ...UNCACHEABLE, 'Content-Type': 'application/json' },
  });
}
