import { PendingSignIn } from '../../access/sign-in/pending-sign-in.js';
import { type ReturningRequest, stateOf } from '../../access/sign-in/returning-request.js';
import {
  type BegunSignIn,
  problemOf,
  type SignInStart,
  type TakenSignIn,
} from '../../access/sign-in/sign-in-attempt.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { InvalidCallError, OutsideRequestError } from '../../errors/index.js';
import { HelperCall, type WithLocals } from './helper-call.js';
import { recordReturn, returnPathIn, returnPathOf, takenIn } from './return-path.js';

/** Options of {@link takeSignIn}. */
export interface SignInTaking {
  /** The name that the attempt must have begun with. One with another name, or without this name, is not returned. */
  provider?: string | undefined;
  /** The `state` that came back. Default: read from the form that was posted, or from the query. */
  state?: FormDataEntryValue | null | undefined;
}

const BEGIN = new HelperCall<[start?: SignInStart]>('beginSignIn(start?, context?)');
const TAKE = new HelperCall<[taking?: SignInTaking]>('takeSignIn(taking?, context?)');

/**
 * Begins a sign-in that leaves the site: to an identity provider, to a mailbox, or to the page of a second factor. Creates
 * a state, a nonce and a PKCE verifier, and seals them in a cookie of their own, together with the page to return to. The
 * session of the visitor stays as it is.
 *
 * @param start The provider's name, a value for the return, and where to return to.
 * @param context The Astro context. Default: that of the request that is being answered. It may also be the first
 *   argument.
 * @throws {InvalidCallError} When an option is not valid.
 * @throws {OutsideRequestError} Outside of a request.
 * @throws {SessionCommittedError} When the headers were sent.
 * @example
 * const { parameters } = await beginSignIn({ provider: 'google' }, context);
 * return context.redirect(client.buildAuthorizationUrl(google, { redirect_uri, scope: 'openid', ...parameters }).href, 303);
 */
export function beginSignIn(start?: SignInStart, context?: WithLocals): Promise<BegunSignIn>;
export function beginSignIn(context: WithLocals | undefined, start?: SignInStart): Promise<BegunSignIn>;
export async function beginSignIn(...given: unknown[]): Promise<BegunSignIn> {
  const {
    request,
    others: [start = {}],
  } = BEGIN.within(given);
  const problem = problemOf(start);
  if (problem) throw new InvalidCallError(BEGIN.signature, problem);
  const { url, headers, cookies } = exchangeOf(request, BEGIN.name);
  const isGiven = start.returnTo !== undefined && start.returnTo !== null;
  const returnTo = isGiven ? returnPathIn(start.returnTo, request, url) : returnPathOf(request, { url, headers });
  return request.services.get(PendingSignIn).begin(cookies, { ...start, returnTo });
}

/**
 * Takes the sign-in that the visitor comes back from: the one of this browser with the `state` of this request. It can be
 * taken once. Everything that signs the visitor in remains to be checked: the code, the token, the second factor.
 *
 * @template Data The type of the value that it began with.
 * @param taking The provider's name, and the `state` if the request's form was read before.
 * @param context The Astro context. Default: that of the request that is being answered. It may also be the first
 *   argument.
 * @returns `undefined` when there is none: it has expired or was taken, or another browser began it. The reason is in the
 *   event `login.rejected`.
 * @throws {InvalidCallError} When the request's form was read before, and no `state` is passed.
 * @throws {OutsideRequestError} Outside of a request.
 * @throws {StoreUnavailableError} When it cannot be known whether it was taken before.
 * @example
 * const pending = await takeSignIn({ provider: 'google' }, context);
 * if (!pending) return context.redirect('/login', 303);
 */
export function takeSignIn<Data = unknown>(
  taking?: SignInTaking,
  context?: WithLocals,
): Promise<TakenSignIn<Data> | undefined>;
export function takeSignIn<Data = unknown>(
  context: WithLocals | undefined,
  taking?: SignInTaking,
): Promise<TakenSignIn<Data> | undefined>;
export async function takeSignIn(...given: unknown[]): Promise<TakenSignIn | undefined> {
  const {
    request,
    others: [{ provider, state } = {}],
  } = TAKE.within(given);
  const taken = takenIn(request);
  if (taken && provider === taken.provider) return taken;
  const returning = exchangeOf(request, TAKE.name);
  // A browser opens the address; only programs ask for its headers.
  if (returning.method === 'HEAD') return undefined;
  const sent = state === undefined ? await stateOf(returning, failLate) : state;
  const carried = { state: typeof sent === 'string' ? sent : undefined, provider };
  const outcome = await request.services.get(PendingSignIn).take(returning.cookies, carried);
  const { signIn = undefined, returnTo = signIn?.returnTo } = outcome;
  if (signIn || returnTo !== undefined) recordReturn(request, { signIn, returnTo });
  return signIn;
}

function exchangeOf(request: ScopedRequest, helper: string): ReturningRequest {
  const exchange = request.returning(`${helper}()`);
  if (!exchange) throw new OutsideRequestError(`${helper}()`);
  return exchange;
}

function failLate(): never {
  const problem = "was called after the form was read: call it before, or pass the form's { state }";
  throw new InvalidCallError(TAKE.signature, problem);
}
