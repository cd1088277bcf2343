import { deniedResponse } from '../../access/refusal/refusal.js';
import { type Permission, type Role, Visitor, type VisitorData } from '../../access/visitor.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { AccessDeniedError } from '../../errors/index.js';
import { denied } from './authorize.js';
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
  throw deniedResponse(denied(call.request, new AccessDeniedError(401, false, 'nobody is signed in')));
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

/** Returns the visitor of a request; a guest outside of one, so that a prerendered page shows what a guest sees. */
function visitorOf({ request }: { readonly request: ScopedRequest | undefined }): Visitor {
  if (!request) return new Visitor();
  request.draft.isUsed = true;
  return request.visitor;
}
