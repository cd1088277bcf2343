import { GuardConfig } from '../../access/guard/guard-config.js';
import { type AskedFrom, askedReturnPath } from '../../access/sign-in/asked-return-path.js';
import { LostReturnPathCookie } from '../../access/sign-in/lost-return-path.js';
import type { TakenSignIn } from '../../access/sign-in/sign-in-attempt.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { SessionConfig } from '../../session/session-config.js';
import { cookieValues } from '../request/astro-cookie-jar.js';

/** The sign-ins that were taken, by the request. */
const TAKEN = new WeakMap<ScopedRequest, TakenSignIn>();

/** Records the sign-in that was taken in a request. */
export function recordTaken(request: ScopedRequest, signIn: TakenSignIn): void {
  TAKEN.set(request, signIn);
}

/** Returns the sign-in that was taken in a request. */
export function takenIn(request: ScopedRequest): TakenSignIn | undefined {
  return TAKEN.get(request);
}

/** Returns the page that the visitor of a request wanted to open, if it is known. */
export function returnPathOf({ services }: ScopedRequest, { url, headers }: AskedFrom): string | undefined {
  const header = headers?.get('cookie') ?? null;
  const remembered = () =>
    new LostReturnPathCookie(services.get(SessionConfig)).read((name) => cookieValues(header, name));
  return askedReturnPath({ url, headers }, services.get(GuardConfig), remembered);
}
