import type { RequestIdentity } from '../../access/request-identity.js';
import type { Visitor, VisitorData } from '../../access/visitor.js';
import { assertVisitorData } from '../../access/visitor.js';
import { Clock } from '../../base/clock.js';
import type { ScopedRequest } from '../../container/request-scope.js';
import { AccessDeniedError, InvalidVisitorError } from '../../errors/index.js';
import { draftOf } from '../../session/session.js';
import { HelperCall, type WithLocals } from './helper-call.js';
import { denied } from './helpers.js';

/** What is said of one sign-in. */
export interface SignInOptions {
  /** What a list of the visitor's sessions is to call this one: `Work laptop`. At most 256 characters are kept. */
  label?: string | undefined;
  /** Keeps the visitor signed in for `session.rememberMe`. Default of that: 30 days without a request. */
  rememberMe?: boolean | undefined;
}

/** What is said of a sign-out. */
export interface SignOutOptions {
  /**
   * Makes the browser delete what it has stored of this site (cache and storage), as is right on a shared computer.
   *
   * @see OWASP ASVS 5.0 14.3.1; https://www.w3.org/TR/clear-site-data/
   */
  clearSiteData?: boolean | undefined;
}

const SIGN_IN = new HelperCall<[user: VisitorData | undefined, options?: SignInOptions]>(
  'signIn(user, options?, context?)',
  'setSession',
);
const SIGN_OUT = new HelperCall<[options?: SignOutOptions]>('signOut(options?, context?)', 'clearSession');
const UPDATE = new HelperCall<[updates: Partial<VisitorData> | undefined]>('updateSession(updates, context?)');
const REGENERATE = new HelperCall<[]>('regenerateSession(context?)');

/**
 * Signs a visitor in: the session gets a new id and a full absolute lifetime, and holds what is given. Visible at once.
 * What another visitor left in the session goes; what a guest collected stays.
 *
 * @param user Who the visitor is: `userId`, roles, permissions, and what else the session is to hold of them.
 * @param options What a list of the visitor's sessions is to call this one, and whether it is to last.
 * @param context Default: that of the request under way. It may stand in any place, as the first argument, too.
 * @returns A promise that may be ignored; it waits for an overridden VisitorResolver.
 * @throws {InvalidVisitorError} When `userId`, `email`, roles or permissions are not of their kind.
 * @throws {OutsideRequestError} Where there is no request.
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
  // Without anybody the check says what is missing.
  const values = user ?? ({} as VisitorData);
  assertVisitorData(values);
  begin(request, values, options);
  return settled(request);
}

/** {@link signIn} by its other name. @function */
export const setSession = signIn;

/**
 * Changes some of what the signed-in visitor's session holds. The id changes when roles or permissions do.
 *
 * @param context Default: that of the request under way. It may stand first, too.
 * @returns A promise that may be ignored, as with {@link signIn}.
 * @throws {AccessDeniedError} For a guest, who has nothing to change; the middleware answers 401.
 * @throws {InvalidVisitorError} When what results is not a visitor's session.
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
 * Signs the visitor out: the session ends for good.
 *
 * @param context Default: that of the request under way. It may stand first, too.
 * @throws {OutsideRequestError} Where there is no request.
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

/** {@link signOut} by its other name. @function */
export const clearSession = signOut;

/** Changes the session's id and keeps what it holds. @throws {OutsideRequestError} Where there is no request. */
export function regenerateSession(context?: WithLocals): Promise<void>;
export function regenerateSession(...given: unknown[]): Promise<void> {
  const { request } = REGENERATE.within(given);
  request.session.regenerate();
  return settled(request);
}

function begin(request: ScopedRequest, values: VisitorData, { label, rememberMe }: SignInOptions = {}): void {
  if (label !== undefined && typeof label !== 'string') throw new InvalidVisitorError('label', 'a string');
  if (rememberMe !== undefined && typeof rememberMe !== 'boolean') {
    throw new InvalidVisitorError('rememberMe', "true or false, as in { rememberMe: form.has('remember') }");
  }
  const userAgent = request.headers?.get('user-agent') ?? undefined;
  request.draft.signIn(values, request.services.get(Clock).now(), { userAgent, label, rememberMe });
  request.identity.overrule();
}

/** @see OWASP Session Management Cheat Sheet, renewal after any privilege level change. */
function updateVisitor({ session, resolver }: RequestIdentity, values: Partial<VisitorData>): void {
  const before = resolver.fromSession(session);
  draftOf(session).updateVisitor(values);
  const after = resolver.fromSession(session);
  const privileges = ({ roles, permissions }: Visitor) => JSON.stringify([roles, permissions]);
  if (privileges(before) !== privileges(after)) session.regenerate();
}

function settled({ identity }: ScopedRequest): Promise<void> {
  const visitor = Promise.resolve(identity.resolve()).then(() => {});
  // A caller who ignores the promise learns of a failure from the guard, on the next request.
  visitor.catch(() => {});
  return visitor;
}
