import type { RequestIdentity } from '../../access/request-identity.js';
import type { Visitor, VisitorData } from '../../access/visitor.js';
import { assertVisitorData } from '../../access/visitor.js';
import { Clock } from '../../base/clock.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { AccessDeniedError, InvalidVisitorError } from '../../errors/index.js';
import { ownLifetimeOf, ownLifetimeProblem } from '../../session/lifetimes.js';
import { draftOf } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { denied } from './authorize.js';
import { HelperCall, type WithLocals } from './helper-call.js';

/** Options of one sign-in. */
export interface SignInOptions {
  /** The session's name in a list of the visitor's sessions: `Work laptop`. At most 256 characters are stored. */
  label?: string | undefined;
  /** Set to apply the timeouts of `session.rememberMe`: by default 30 days without a request. Default `false`. */
  rememberMe?: boolean | undefined;
  /**
   * Seconds without a request after which this session ends, in place of the configured `idleTimeout`. It counts until
   * the visitor signs in again.
   */
  idleTimeout?: number | undefined;
  /**
   * Seconds after which this session ends even if it is used, in place of the configured `absoluteTimeout`. At most the
   * longest that the options let a session live, because revocations are kept for that time.
   */
  absoluteTimeout?: number | undefined;
}

/** Options of a sign-out. */
export interface SignOutOptions {
  /**
   * Makes the browser delete its cache and storage of this site, as it should on a shared computer. Other cookies of
   * the site stay. Default `false`.
   *
   * @see OWASP ASVS 5.0 14.3.1; https://www.w3.org/TR/clear-site-data/
   */
  clearSiteData?: boolean | undefined;
}

const IMPERSONATED = 'nobody can sign in while somebody is impersonated: stop that first';

const SIGN_IN = new HelperCall<[user: VisitorData | undefined, options?: SignInOptions]>(
  'signIn(user, options?, context?)',
  'setSession',
);
const SIGN_OUT = new HelperCall<[options?: SignOutOptions]>('signOut(options?, context?)', 'clearSession');
const UPDATE = new HelperCall<[updates: Partial<VisitorData> | undefined]>('updateSession(updates, context?)');
const REGENERATE = new HelperCall<[]>('regenerateSession(context?)');

/**
 * Signs a visitor in. The session gets a new id and a full absolute lifetime, and the passed values. The visitor is
 * signed in immediately, for the rest of this request. Values of another visitor are removed from the session; those of
 * a guest stay.
 *
 * @param user The visitor's values: `userId`, roles, permissions, and anything else that the session should contain.
 * @param options The session's name in lists, and how long the visitor stays signed in.
 * @param context The Astro context. Default: that of the request that is being answered. It may also be the first
 *   argument.
 * @returns A promise that may be ignored. It resolves when an asynchronous VisitorResolver or `access.reload` has
 *   answered.
 * @throws {InvalidVisitorError} When `userId`, `email`, roles, permissions or an option have the wrong type.
 * @throws {AccessDeniedError} While the visitor is impersonated; the middleware answers 403.
 * @throws {OutsideRequestError} Outside of a request.
 * @example await signIn({ userId: user.id, role: user.role }, context);
 */
export function signIn(user: VisitorData, options?: SignInOptions, context?: WithLocals): Promise<void>;
export function signIn(user: VisitorData, context: WithLocals | undefined, options?: SignInOptions): Promise<void>;
export function signIn(context: WithLocals, user: VisitorData, options?: SignInOptions): Promise<void>;
export function signIn(...given: unknown[]): Promise<void> {
  const {
    request,
    others: [user, options],
  } = SIGN_IN.within(given);
  // The validation of an empty object reports the missing key.
  const values = user ?? ({} as VisitorData);
  assertVisitorData(values);
  begin(request, values, options);
  return settled(request);
}

/** Another name of {@link signIn}. @function */
export const setSession = signIn;

/**
 * Changes values in the signed-in visitor's session. The session's id changes when roles or permissions change. A
 * different `userId` signs that user in, as {@link signIn} does.
 *
 * @param updates The values to change or add; the others stay.
 * @param context The Astro context. Default: that of the request that is being answered. It may also be the first
 *   argument.
 * @returns A promise that may be ignored, as with {@link signIn}.
 * @throws {AccessDeniedError} For a guest; the middleware answers 401. For another `userId` while the visitor is
 *   impersonated; it answers 403.
 * @throws {InvalidVisitorError} When a value of the result has the wrong type.
 * @throws {OutsideRequestError} Outside of a request.
 */
export function updateSession(updates: Partial<VisitorData>, context?: WithLocals): Promise<void>;
export function updateSession(context: WithLocals, updates: Partial<VisitorData>): Promise<void>;
export function updateSession(...given: unknown[]): Promise<void> {
  const {
    request,
    others: [updates = {}],
  } = UPDATE.within(given);
  const current = request.visitor.session;
  if (!current) throw denied(request, new AccessDeniedError(401, false, 'there is no session to update'));
  const updated = { ...current, ...updates };
  assertVisitorData(updated);
  if (updated.userId !== current.userId) begin(request, updated);
  else updateVisitor(request.identity, updates);
  return settled(request);
}

/**
 * Signs the visitor out and destroys the session, with its values and messages. While the visitor is impersonated, that is
 * the session of the impersonator, who is then signed out as well.
 *
 * @param context The Astro context. Default: that of the request that is being answered. It may also be the first
 *   argument.
 * @returns A promise that may be ignored, as with {@link signIn}.
 * @throws {OutsideRequestError} Outside of a request.
 * @example await signOut({ clearSiteData: true }, context);
 */
export function signOut(options?: SignOutOptions, context?: WithLocals): Promise<void>;
export function signOut(context: WithLocals | undefined, options?: SignOutOptions): Promise<void>;
export function signOut(...given: unknown[]): Promise<void> {
  const {
    request,
    others: [{ clearSiteData = false } = {}],
  } = SIGN_OUT.within(given);
  request.session.destroy();
  request.identity.overrule();
  request.clearsSiteData ||= clearSiteData;
  return settled(request);
}

/** Another name of {@link signOut}. @function */
export const clearSession = signOut;

/**
 * Gives the session a new id and keeps its values, for example after the visitor has confirmed a second factor.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @returns A promise that may be ignored, as with {@link signIn}.
 * @throws {OutsideRequestError} Outside of a request.
 */
export function regenerateSession(context?: WithLocals): Promise<void>;
export function regenerateSession(...given: unknown[]): Promise<void> {
  const { request } = REGENERATE.within(given);
  request.session.regenerate();
  return settled(request);
}

function begin(request: ScopedRequest, values: VisitorData, options: SignInOptions = {}): void {
  const { label, rememberMe, idleTimeout, absoluteTimeout } = options;
  // Otherwise a page that signs its visitor in anew, to refresh their data, would make the impersonation a real sign-in.
  if (request.draft.impersonatorId !== undefined)
    throw denied(request, new AccessDeniedError(403, true, IMPERSONATED, 'IMPERSONATED'));
  if (label !== undefined && typeof label !== 'string') throw new InvalidVisitorError('label', 'a string');
  if (rememberMe !== undefined && typeof rememberMe !== 'boolean') {
    throw new InvalidVisitorError('rememberMe', "true or false, as in { rememberMe: form.has('remember') }");
  }
  const config = request.services.get(SessionConfig);
  const times = { idleTimeout, absoluteTimeout };
  const problem = ownLifetimeProblem(times, config.lifetimeOf({ isRemembered: rememberMe }), config.longestLife);
  if (problem) throw new InvalidVisitorError(problem.name, problem.expected);
  const lifetime = ownLifetimeOf(times);
  const userAgent = request.headers?.get('user-agent') ?? undefined;
  request.draft.signIn(values, request.services.get(Clock).now(), { userAgent, label, rememberMe, lifetime });
  request.identity.overrule();
}

/**
 * Changes the visitor's values, and the session's id when roles or permissions change.
 *
 * @see OWASP Session Management Cheat Sheet, renewal after any privilege level change.
 */
function updateVisitor({ session, resolver }: RequestIdentity, values: Partial<VisitorData>): void {
  const before = resolver.fromSession(session);
  draftOf(session).updateVisitor(values);
  const after = resolver.fromSession(session);
  const privileges = ({ roles, permissions }: Visitor) => JSON.stringify([roles, permissions]);
  if (privileges(before) !== privileges(after)) session.regenerate();
}

/** Resolves once the visitor is resolved anew. */
export function settled({ identity }: ScopedRequest): Promise<void> {
  const visitor = Promise.resolve(identity.resolve()).then(() => {});
  // If the caller ignores the promise, the guard reports the failure on the next request.
  visitor.catch(() => {});
  return visitor;
}
