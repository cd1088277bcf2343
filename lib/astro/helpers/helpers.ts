import { AccessChecker } from '../../access/access-checker.js';
import { AccessDecision, asDecision } from '../../access/access-decision.js';
import { AccessRule, type Requirement } from '../../access/access-rule.js';
import { emitDeniedError } from '../../access/guard/access-events.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { deniedResponse } from '../../access/refusal/refusal.js';
import { type Permission, type Role, Visitor, type VisitorData } from '../../access/visitor.js';
import type { ScopedRequest } from '../../container/request-scope.js';
import { AccessDeniedError } from '../../errors/index.js';
import { MadeClasses } from '../../session/made-classes.js';
import { SecurityEvents } from '../../session/security-events.js';
import { checkRequirement } from '../options/options.js';
import { HelperCall, type WithLocals } from './helper-call.js';

/** The values in the session of a signed-in visitor. */
export type SignedInSession = VisitorData & Partial<App.SessionData>;

const CURRENT_USER = new HelperCall<[]>('currentUser(context?)', 'getSession');
const REQUIRE_SESSION = new HelperCall<[]>('requireSession(context?)');
const IS_AUTHENTICATED = new HelperCall<[]>('isAuthenticated(context?)');
const HAS_ROLE = new HelperCall<[role: Role]>('hasRole(role, context?)');
const HAS_PERMISSION = new HelperCall<[permission: Permission]>('hasPermission(permission, context?)');
const HAS_ALL = new HelperCall<Permission[]>('hasAllPermissions(...permissions, context?)');
const HAS_ANY = new HelperCall<Permission[]>('hasAnyPermission(...permissions, context?)');
const HAS_BOTH = new HelperCall<[role: Role, permission: Permission]>('hasRolePermission(role, permission, context?)');
const AUTHORIZE = new HelperCall<[requirement?: Requirement]>('authorize(requirement?, context?)');
const CAN = new HelperCall<[requirement?: Requirement]>('can(requirement?, context?)');

/**
 * Returns the values in the session of the signed-in visitor; `null` for a guest, and outside of a request.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @example const userId = currentUser()?.userId;
 */
export function currentUser(context?: WithLocals): Readonly<SignedInSession> | null;
export function currentUser(...given: unknown[]): Readonly<SignedInSession> | null {
  return visitorOf(CURRENT_USER.find(given)).session as SignedInSession | null;
}

/** Another name of {@link currentUser}. @function */
export const getSession = currentUser;

/**
 * Returns the values in the session of the signed-in visitor, and throws for a guest.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {Response} For a guest, and outside of a request: a response with status 401. The middleware answers with it;
 *   code that catches it can return it. It is also an instance of {@link AccessDeniedError}.
 */
export function requireSession(context?: WithLocals): Readonly<SignedInSession>;
export function requireSession(...given: unknown[]): Readonly<SignedInSession> {
  const call = REQUIRE_SESSION.find(given);
  const { session } = visitorOf(call);
  if (session) return session as SignedInSession;
  const { request } = call;
  const isForProgram = request?.guarded?.isNavigation === false;
  const challenge = isForProgram ? request.services.get(GuardConfig).wwwAuthenticate : undefined;
  throw deniedResponse(denied(request, new AccessDeniedError(401, false, 'nobody is signed in')), challenge);
}

/**
 * Returns true when the visitor is signed in; `false` for a guest, and outside of a request.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 */
export function isAuthenticated(context?: WithLocals): boolean;
export function isAuthenticated(...given: unknown[]): boolean {
  return !visitorOf(IS_AUTHENTICATED.find(given)).isGuest;
}

// The overloads without a context let these helpers be passed to methods of arrays: `roles.some(hasRole)`.
/**
 * Checks whether the visitor has a role, directly or through `access.hierarchy`. A guest has none.
 *
 * @example const isEditor = hasRole('editor');
 */
export function hasRole(role: Role): boolean;
/**
 * Checks whether the visitor has a role, directly or through `access.hierarchy`. A guest has none.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 * @example const isEditor = hasRole('editor', context);
 */
export function hasRole(role: Role, context: WithLocals | undefined): boolean;
export function hasRole(...given: unknown[]): boolean {
  const call = HAS_ROLE.find(given);
  return visitorOf(call).hasRole(...call.others) === true;
}

/**
 * Checks whether the visitor has a permission. `posts:*` grants every permission that begins with `posts:`, `*` grants
 * all. A guest has none.
 */
export function hasPermission(permission: Permission): boolean;
/**
 * Checks whether the visitor has a permission. `posts:*` grants every permission that begins with `posts:`, `*` grants
 * all. A guest has none.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 */
export function hasPermission(permission: Permission, context: WithLocals | undefined): boolean;
export function hasPermission(...given: unknown[]): boolean {
  const call = HAS_PERMISSION.find(given);
  return visitorOf(call).hasPermission(...call.others) === true;
}

/**
 * Checks whether the visitor has all of these permissions, as {@link hasPermission} does for one. The last argument may
 * be the Astro context.
 *
 * @example const mayPublish = hasAllPermissions('posts:write', 'posts:publish', context);
 */
export function hasAllPermissions(...permissions: Permission[]): boolean;
export function hasAllPermissions(...given: [...permissions: Permission[], context: WithLocals]): boolean;
export function hasAllPermissions(...given: unknown[]): boolean {
  const call = HAS_ALL.find(given);
  return visitorOf(call).hasAllPermissions(...call.others) === true;
}

/**
 * Checks whether the visitor has at least one of these permissions, as {@link hasPermission} does for one. The last
 * argument may be the Astro context.
 */
export function hasAnyPermission(...permissions: Permission[]): boolean;
export function hasAnyPermission(...given: [...permissions: Permission[], context: WithLocals]): boolean;
export function hasAnyPermission(...given: unknown[]): boolean {
  const call = HAS_ANY.find(given);
  return visitorOf(call).hasAnyPermission(...call.others) === true;
}

/**
 * Checks whether the visitor has both a role and a permission.
 *
 * @param context The Astro context. Default: that of the request that is being answered.
 */
export function hasRolePermission(role: Role, permission: Permission, context?: WithLocals): boolean;
export function hasRolePermission(...given: unknown[]): boolean {
  const call = HAS_BOTH.find(given);
  const [role, permission] = call.others;
  const visitor = visitorOf(call);
  return visitor.hasRole(role) === true && visitor.hasPermission(permission) === true;
}

/**
 * Refuses a visitor who does not meet a requirement, as a rule would. Guests, and visitors who have to sign in again,
 * are sent to the login page; other visitors get 403. Await it in the page's own frontmatter. In an action, the caller
 * of the action gets an `ActionError`: `UNAUTHORIZED` or `FORBIDDEN`.
 *
 * @param requirement Default: any signed-in visitor.
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {AccessDeniedError} When the visitor is refused; the middleware answers it. A check that throws refuses the
 *   visitor, and its error is logged.
 * @throws {InvalidOptionsError} For an invalid requirement.
 * @throws {OutsideRequestError} Outside of a request.
 * @example await authorize({ permission: 'posts:publish' });
 */
export function authorize(requirement?: Requirement, context?: WithLocals): Promise<void>;
export function authorize(context: WithLocals): Promise<void>;
export async function authorize(...given: unknown[]): Promise<void> {
  const {
    request,
    others: [requirement = {}],
  } = AUTHORIZE.within(given);
  const asked = checkRequirement(requirement);
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

/**
 * Emits the event of a refusal before its error is thrown, because the application may catch it.
 *
 * @returns The error.
 */
export function denied(request: ScopedRequest | undefined, error: AccessDeniedError): AccessDeniedError {
  if (request) emitDeniedError(request.services.get(SecurityEvents), request.guarded, request.visitor, error);
  return error;
}

/**
 * Returns the checker's decision about a visitor. A check that throws refuses the visitor, and its error is logged.
 *
 * @param requirement A requirement that has been validated.
 * @param visitor The visitor, or a promise while a resolver looks them up.
 * @param helper The name of the calling helper, for the log.
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

/** Returns the visitor of a request; a guest outside of one, so that a prerendered page shows what a guest sees. */
function visitorOf({ request }: { readonly request: ScopedRequest | undefined }): Visitor {
  if (!request) return new Visitor();
  request.draft.isUsed = true;
  return request.visitor;
}

/**
 * Checks whether the visitor meets a requirement, as a rule would. It decides what a page shows, and works in every
 * component. It returns `false` where {@link authorize} would refuse: for a guest, on a prerendered page, and when a
 * check throws, whose error is logged.
 *
 * @param requirement Default: any signed-in visitor.
 * @param context The Astro context. Default: that of the request that is being answered.
 * @throws {InvalidOptionsError} For an invalid requirement, for guests as well.
 * @example const mayPublish = await can({ permission: 'posts:publish' });
 */
export function can(requirement?: Requirement, context?: WithLocals): Promise<boolean>;
export function can(context: WithLocals): Promise<boolean>;
export async function can(...given: unknown[]): Promise<boolean> {
  const {
    request,
    others: [requirement = {}],
  } = CAN.find(given);
  const asked = checkRequirement(requirement, 'can');
  if (!request) return false;
  request.draft.isUsed = true;
  const { isGranted } = await decide(request, asked, request.identity.resolve(), 'can()');
  return isGranted;
}
