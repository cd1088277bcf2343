import { GuardConfig } from '../../access/guard/guard-config.js';
import { pathOnly } from '../../access/paths/guarded-paths.js';
import { RETURN_PARAMETER } from '../../access/paths/return-path.js';
import { withParameter } from '../../access/refusal/redirects.js';
import { ownReferrer } from '../../access/sign-in/asked-return-path.js';
import { LostReturnPathCookie } from '../../access/sign-in/lost-return-path.js';
import { SessionConfig } from '../../session/session-config.js';
import { returnPathOf } from '../helpers/return-path.js';
import { withHeaders } from '../request/answer.js';
import type { GateRequest } from '../request/gate-request.js';

/**
 * Keeps the page that a guest wanted to open, where an answer would lose it, so that `safeReturnTo` finds it after the next
 * attempt. A redirect to the login page gets it as a parameter: after a wrong password, for example. So does a redirect by
 * which the login page leads on: to that of another language, or to the second step. Where the page itself answers a form,
 * at an address without the query that it was shown with, a cookie keeps it.
 *
 * @returns The answer, with another `Location` where one has lost the page.
 */
export function withReturnPath(request: GateRequest, answer: Response): Response {
  const { status, headers } = answer;
  if (status >= 300 && status < 400) return withReturnParameter(request, answer, headers.get('location') ?? '');
  if (request.original.method === 'POST' && request.isForPage) rememberReturnPath(request);
  return answer;
}

function withReturnParameter(request: GateRequest, answer: Response, location: string): Response {
  const { url } = request;
  const target = URL.parse(location, url);
  if (location === '' || target?.origin !== url.origin || target.searchParams.has(RETURN_PARAMETER)) return answer;
  const config = request.services.get(GuardConfig);
  const isLogin = ({ pathname }: URL) => config.loginPages.has(pathOnly(pathname, config.base));
  const isFromLogin = isLogin(url) && url.searchParams.has(RETURN_PARAMETER);
  const path = isFromLogin || isLogin(target) ? lostBy(request) : undefined;
  if (path === undefined) return answer;
  const mended = withParameter(location, RETURN_PARAMETER, path);
  return withHeaders(answer, (changed) => changed.set('location', mended));
}

/** Remembers the page of a form that was sent to its own page without the query. */
function rememberReturnPath(request: GateRequest): void {
  const { url, headers } = request;
  const form = ownReferrer(url, headers);
  const isLost = form?.pathname === url.pathname && form.searchParams.has(RETURN_PARAMETER);
  if (!isLost || url.searchParams.has(RETURN_PARAMETER)) return;
  const returnTo = lostBy(request);
  if (returnTo === undefined) return;
  const { cookies } = request.returning('safeReturnTo()');
  new LostReturnPathCookie(request.services.get(SessionConfig)).write(cookies, { form: form.pathname, returnTo });
}

/** Returns the page that a guest wanted to open. Users are on their way to it, and who has signed out has left it. */
function lostBy(request: GateRequest): string | undefined {
  const path = returnPathOf(request, request);
  return path !== undefined && request.visitor.isGuest && !request.draft.wasEnded ? path : undefined;
}
