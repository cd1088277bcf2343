import { GuardConfig } from '../../access/guard/guard-config.js';
import { pathOnly } from '../../access/paths/guarded-paths.js';
import { REAUTHENTICATE_PARAMETER, RETURN_PARAMETER } from '../../access/paths/return-path.js';
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
  if (request.hasSignedInOrOut) forgetReturnPath(request);
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
  const isToLogin = isLogin(target);
  const isOn = isLogin(url) && url.searchParams.has(RETURN_PARAMETER) && request.visitor.isGuest;
  const path = isToLogin || isOn ? lostBy(request) : undefined;
  if (path === undefined) return answer;
  const mended = withParameter(reauthenticating(request, target) ? again(location) : location, RETURN_PARAMETER, path);
  // A page that redirects to itself without its query would do so again and again.
  if (URL.parse(mended, url)?.href === url.href) return answer;
  // The page may be known from a header of this visitor alone, and no cache may lead another one there.
  request.isPersonal = true;
  return withHeaders(answer, (changed) => changed.set('location', mended));
}

/** Checks whether the visitor is signed in and was asked to sign in again, which the login page has to know as well. */
function reauthenticating({ url, headers }: GateRequest, target: URL): boolean {
  const asked = url.searchParams.has(RETURN_PARAMETER) ? url : ownReferrer(url, headers);
  return (
    asked?.searchParams.has(REAUTHENTICATE_PARAMETER) === true && !target.searchParams.has(REAUTHENTICATE_PARAMETER)
  );
}

function again(location: string): string {
  return withParameter(location, REAUTHENTICATE_PARAMETER, '1');
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
  cookieOf(request).write(cookies, { form: form.pathname, returnTo });
}

/** Forgets the page of a visitor who has signed in or out, so that the next one is not led there. */
function forgetReturnPath(request: GateRequest): void {
  cookieOf(request).remove(request.returning('safeReturnTo()').cookies);
}

function cookieOf({ services }: GateRequest): LostReturnPathCookie {
  return new LostReturnPathCookie(services.get(SessionConfig));
}

/** Returns the page that a visitor wanted to open, unless they have just signed in, and so are on their way, or out. */
function lostBy(request: GateRequest): string | undefined {
  return request.hasSignedInOrOut ? undefined : returnPathOf(request, request);
}
