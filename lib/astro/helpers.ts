import type { APIContext } from 'astro';
import { AccessChecker } from '../access/access-checker.js';
import { AccessDecision, asDecision } from '../access/access-decision.js';
import { tellDeniedError } from '../access/access-events.js';
import { AccessRule, type Requirement } from '../access/access-rule.js';
import { DecisionLog } from '../access/decision-log.js';
import { deniedResponse } from '../access/denied-response.js';
import { GuardConfig } from '../access/guard-config.js';
import { isInternalPath } from '../access/paths/special-paths.js';
import type { RequestIdentity } from '../access/request-identity.js';
import { RETURN_PARAMETER, toReturnPath } from '../access/return-path.js';
import type { RoutePath } from '../access/route-types.js';
import { type Permission, type Role, Visitor, type VisitorData } from '../access/visitor.js';
import { assertVisitorData } from '../access/visitor-data.js';
import { RequestScope, requestOf, type ScopedRequest } from '../container/request-scope.js';
import { AccessDeniedError, InvalidVisitorError, OutsideRequestError } from '../errors.js';
import { Clock } from '../session/clock.js';
import { MadeClasses } from '../session/made-classes.js';
import { SecurityEvents } from '../session/security-events.js';
import { draftOf } from '../session/session.js';
import { checkRequirement } from './options.js';
import { currentRequest } from './request/current-request.js';

/** Anything that carries the request's `locals`: an endpoint's or middleware's context, or `Astro`. */
export type WithLocals = Pick<APIContext, 'locals'>;
/** What a signed-in visitor's session holds. */
export type SignedInSession = VisitorData & Partial<App.SessionData>;

/** What is said of one sign-in. */
export interface SignInOptions {
  /** What a list of the visitor's sessions is to call this one: `Work laptop`. At most 256 characters are kept. */
  label?: string | undefined;
  /** Whether the visitor stays signed in for `session.rememberMe`: 30 days without a request, unless told otherwise. */
  rememberMe?: boolean | undefined;
}

/** What is said of a sign-out. */
export interface SignOutOptions {
  /**
   * Whether the browser is told to drop what it has kept of this site, as on a shared machine: its cache and storage.
   *
   * @see OWASP ASVS 5.0 14.3.1; https://www.w3.org/TR/clear-site-data/
   */
  clearSiteData?: boolean | undefined;
}

/** What the signed-in visitor's session holds; `null` for a guest. */
export function getSession(context?: WithLocals): Readonly<SignedInSession> | null {
  return visitorOf(context).session as SignedInSession | null;
}

/**
 * What the signed-in visitor's session holds. A guest is answered with 401.
 *
 * @throws {Response} For a guest: 401, which the middleware answers with, or whoever catches it. It is an
 *   {@link AccessDeniedError} to whoever looks for one.
 */
export function requireSession(context?: WithLocals): Readonly<SignedInSession> {
  const session = getSession(context);
  if (session) return session;
  throw deniedResponse(denied(findRequest(context), new AccessDeniedError(401, false, 'nobody is signed in')));
}

export function isAuthenticated(): boolean {
  return !visitorOf().isGuest;
}

export function hasRole(role: Role): boolean {
  return visitorOf().hasRole(role) === true;
}

export function hasPermission(permission: Permission): boolean {
  return visitorOf().hasPermission(permission) === true;
}

export function hasAllPermissions(...permissions: Permission[]): boolean {
  return visitorOf().hasAllPermissions(...permissions) === true;
}

export function hasAnyPermission(...permissions: Permission[]): boolean {
  return visitorOf().hasAnyPermission(...permissions) === true;
}

export function hasRolePermission(role: Role, permission: Permission): boolean {
  return hasRole(role) && hasPermission(permission);
}

/**
 * Signs a visitor in: the session gets a new id and a full absolute lifetime, and holds what is given. Visible at once.
 * What another visitor left in the session goes; what a guest collected stays.
 *
 * @param options What a list of the visitor's sessions is to call this one, and whether it is to last.
 * @returns A promise that may be ignored; it waits for an overridden VisitorResolver.
 * @throws {InvalidVisitorError} When `userId`, `email`, roles or permissions are not of their kind.
 * @throws {OutsideRequestError} Where there is no request.
 * @example await setSession(context, { userId: user.id, role: user.role });
 */
export function setSession(context: WithLocals, session: VisitorData, options?: SignInOptions): Promise<void>;
export function setSession(session: VisitorData, context?: WithLocals, options?: SignInOptions): Promise<void>;
export function setSession(
  first: WithLocals | VisitorData,
  second?: VisitorData | WithLocals,
  options?: SignInOptions,
): Promise<void> {
  const { request, values } = inEitherOrder('setSession', first, second);
  assertVisitorData(values);
  signIn(request, values, options);
  return settled(request);
}

/**
 * Changes some of what the signed-in visitor's session holds. The id changes when roles or permissions do.
 *
 * @returns A promise that may be ignored, as with {@link setSession}.
 * @throws {AccessDeniedError} For a guest, who has nothing to change; the middleware answers 401.
 * @throws {InvalidVisitorError} When what results is not a visitor's session.
 */
export function updateSession(context: WithLocals, updates: Partial<VisitorData>): Promise<void>;
export function updateSession(updates: Partial<VisitorData>, context?: WithLocals): Promise<void>;
export function updateSession(
  first: WithLocals | Partial<VisitorData>,
  second?: Partial<VisitorData> | WithLocals,
): Promise<void> {
  const { request, values } = inEitherOrder('updateSession', first, second);
  const current = request.visitor.session;
  if (!current) throw denied(request, new AccessDeniedError(401, false, 'there is no session to update'));
  const updated = { ...current, ...values };
  assertVisitorData(updated);
  if (updated.userId !== current.userId) signIn(request, updated);
  else updateVisitor(request.identity, values);
  return settled(request);
}

/**
 * Signs the visitor out: the session ends for good.
 *
 * @throws {OutsideRequestError} Where there is no request.
 */
export function clearSession(context?: WithLocals, { clearSiteData = false }: SignOutOptions = {}): Promise<void> {
  const request = requestFor('clearSession', context);
  request.session.destroy();
  request.identity.overrule();
  request.clearsSiteData ||= clearSiteData;
  return settled(request);
}

function signIn(request: ScopedRequest, values: VisitorData, { label, rememberMe }: SignInOptions = {}): void {
  if (label !== undefined && typeof label !== 'string') throw new InvalidVisitorError('label', 'a text');
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

/** Changes the session's id and keeps what it holds. @throws {OutsideRequestError} Where there is no request. */
export function regenerateSession(context?: WithLocals): Promise<void> {
  const request = requestFor('regenerateSession', context);
  request.session.regenerate();
  return settled(request);
}

/**
 * Refuses whoever does not meet a requirement, as a rule would: guests are sent to sign in, others are forbidden.
 * Without a requirement it asks for any signed-in visitor. Await it, in the page's own frontmatter. In an action it is an
 * `ActionError` to whoever called that: `UNAUTHORIZED` or `FORBIDDEN`.
 *
 * @throws {AccessDeniedError} The middleware answers it. A check that throws refuses, and is reported.
 * @throws {InvalidOptionsError} For what is no requirement.
 * @example await authorize({ permission: 'posts:publish' });
 */
export async function authorize(requirement: Requirement = {}, context?: WithLocals): Promise<void> {
  const asked = checkRequirement(requirement);
  const request = requestFor('authorize', context);
  request.draft.isUsed = true;
  const visitor = await request.identity.resolve();
  const { isGranted, code, reason, missing } = await decide(request, asked, visitor);
  if (isGranted) return;
  const status = visitor.isGuest || code === 'SIGN_IN_AGAIN' ? 401 : 403;
  throw denied(
    request,
    new AccessDeniedError(status, true, reason, code === 'GRANTED' ? 'NOT_ALLOWED' : code, missing),
  );
}

/** Tells of it here, because nobody knows who catches it. */
function denied(request: ScopedRequest | undefined, error: AccessDeniedError): AccessDeniedError {
  if (request) tellDeniedError(request.services.get(SecurityEvents), request.guarded, request.visitor, error);
  return error;
}

/**
 * What the checker says of a visitor, who may still have to be looked up.
 *
 * @param requirement Checked before. @param helper Who asks it.
 */
export async function decide(
  request: ScopedRequest,
  requirement: Requirement,
  visitor: Visitor | Promise<Visitor>,
  helper = 'authorize()',
): Promise<AccessDecision> {
  const made = request.services.get(MadeClasses);
  const rule = new (made.of(AccessRule))({ ...requirement, pattern: '/**' });
  try {
    const asked = request.guarded ? rule.askedOf(request.guarded) : rule;
    return asDecision(await request.services.get(AccessChecker).check(asked, await visitor)).of(rule);
  } catch (error) {
    request.services.get(DecisionLog).failure(`A check for ${helper} threw, so the visitor was refused.`, error);
    return new (made.of(AccessDecision))(false, 'CHECK_FAILED', 'the check threw', [], rule);
  }
}

/**
 * Where to go after signing in: the page that sent the visitor to the login page, or else `fallback`. Never another
 * site, and never the login page itself. Fit for `context.redirect()`, with the site's `base` in it.
 *
 * @param context The request that signs in; the page's address is in its query, or in that of the page it came from.
 * @param fallback A page of the site, with or without its `base`.
 */
export function safeReturnTo(context: Pick<APIContext, 'url' | 'request' | 'locals'>, fallback = '/'): RoutePath {
  const config = requestFor('safeReturnTo', context).services.get(GuardConfig);
  const asked =
    context.url.searchParams.get(RETURN_PARAMETER) ?? returnParameterOfReferrer(context.request, context.url);
  const path = toReturnPath(asked);
  const otherwise = config.withBase(fallback) as RoutePath;
  if (path === undefined) return otherwise;
  const pathname = new URL(path, context.url).pathname.replace(/\/+$/, '');
  const isLogin = pathname === config.toLocation(config.loginPath).replace(/\/+$/, '');
  return isLogin || isInternalPath(`${pathname}/`, config.base) ? otherwise : (path as RoutePath);
}

function returnParameterOfReferrer(request: Request, url: URL): string | null {
  const referrer = request.headers.get('referer');
  if (!referrer || !URL.canParse(referrer)) return null;
  const { origin, searchParams } = new URL(referrer);
  return origin === url.origin ? searchParams.get(RETURN_PARAMETER) : null;
}

/** Outside a request there is nobody but guests: a prerendered page shows what a guest sees. */
function visitorOf(context?: WithLocals): Visitor {
  const request = findRequest(context);
  if (!request) return new Visitor();
  request.draft.isUsed = true;
  return request.visitor;
}

/** @throws {OutsideRequestError} Naming the helper that was called where there is no request. */
export function requestFor(helper: string, context?: WithLocals): ScopedRequest {
  const request = findRequest(context);
  if (!request) throw new OutsideRequestError(`${helper}()`);
  return request;
}

/** The request that a context belongs to, or that is being answered; `undefined` where there is none. */
export function findRequest(context?: WithLocals): ScopedRequest | undefined {
  const services: unknown = context?.locals?.services;
  const scope = services instanceof RequestScope ? services : currentRequest.scope;
  return scope && requestOf(scope);
}

function inEitherOrder<Values>(helper: string, first: WithLocals | Values, second: WithLocals | Values | undefined) {
  const [context, values] = isContext(first) ? [first, second] : [second, first];
  return { request: requestFor(helper, isContext(context) ? context : undefined), values: (values ?? {}) as Values };
}

function isContext(value: unknown): value is WithLocals {
  if (typeof value !== 'object' || value === null || !('locals' in value)) return false;
  // In a test there is nothing else in it.
  return 'request' in value || 'cookies' in value || isOfRequest(value.locals);
}

function isOfRequest(locals: unknown): boolean {
  return (
    typeof locals === 'object' && locals !== null && 'services' in locals && locals.services instanceof RequestScope
  );
}

function settled({ identity }: ScopedRequest): Promise<void> {
  const visitor = Promise.resolve(identity.resolve()).then(() => {});
  // A caller who ignores the promise learns of a failure from the guard, on the next request.
  visitor.catch(() => {});
  return visitor;
}
