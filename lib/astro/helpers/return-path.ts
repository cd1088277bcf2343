import { CsrfConfig } from '../../access/csrf/csrf-config.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { type AskedFrom, askedReturnPath, pageToReturnTo } from '../../access/sign-in/asked-return-path.js';
import { LostReturnPathCookie } from '../../access/sign-in/lost-return-path.js';
import type { TakenSignIn } from '../../access/sign-in/sign-in-attempt.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { SessionConfig } from '../../session/session-config.js';
import { cookieValues } from '../request/astro-cookie-jar.js';

/** A sign-in that the visitor has come back from, in a request. */
export interface Return {
  /** `undefined` when it was taken too late. */
  readonly signIn?: TakenSignIn | undefined;
  /** The page that was sealed with it. */
  readonly returnTo?: string | undefined;
}

const RETURNS = new WeakMap<ScopedRequest, Return>();

/** Records the sign-in that the visitor of a request has come back from. */
export function recordReturn(request: ScopedRequest, returned: Return): void {
  RETURNS.set(request, returned);
}

/** Returns the sign-in that was taken in a request. */
export function takenIn(request: ScopedRequest): TakenSignIn | undefined {
  return RETURNS.get(request)?.signIn;
}

/**
 * Returns the page that the visitor of a request wanted to open, if it is known. Once they have come back from a sign-in,
 * only what was sealed counts, because anybody can write the query of that address.
 */
export function returnPathOf(request: ScopedRequest, { url, headers }: AskedFrom): string | undefined {
  const returned = RETURNS.get(request);
  if (returned) return returned.returnTo;
  const { services } = request;
  const header = headers?.get('cookie') ?? null;
  const remembered = () =>
    new LostReturnPathCookie(services.get(SessionConfig)).read((name) => cookieValues(header, name));
  return askedReturnPath({ url, headers }, services.get(GuardConfig), remembered, services.get(CsrfConfig).trusted);
}

/** Returns a page to return to, taken from an untrusted string; `undefined` for any other. */
export function returnPathIn(given: unknown, { services }: ScopedRequest, url: URL): string | undefined {
  return pageToReturnTo(given, url, services.get(GuardConfig), services.get(CsrfConfig).trusted);
}
