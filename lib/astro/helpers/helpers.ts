import { AccessChecker } from '../../access/access-checker.js';
import { AccessDecision, asDecision } from '../../access/access-decision.js';
import { AccessRule, type Requirement } from '../../access/access-rule.js';
import { emitDeniedError } from '../../access/guard/access-events.js';
import { DecisionLog } from '../../access/guard/decision-log.js';
import { deniedResponse } from '../../access/guard/refusal.js';
import { type Permission, type Role, Visitor, type VisitorData } from '../../access/visitor.js';
import type { ScopedRequest } from '../../container/request-scope.js';
import { AccessDeniedError } from '../../errors/index.js';
import { MadeClasses } from '../../session/made-classes.js';
import { SecurityEvents } from '../../session/security-events.js';
import { checkRequirement } from '../options/options.js';
import { HelperCall, type WithLocals } from './helper-call.js';

/** What a signed-in visitor's session holds. */
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

/**
 * Gives what the signed-in visitor's session holds; `null` for a guest.
 *
 * @param context Default: that of the request under way.
 */
export function currentUser(context?: WithLocals): Readonly<SignedInSession> | null;
export function currentUser(...given: unknown[]): Readonly<SignedInSession> | null {
  return visitorOf(CURRENT_USER.find(given)).session as SignedInSession | null;
}

/** {@link currentUser} by its other name. @function */
export const getSession = currentUser;

/**
 * Gives what the signed-in visitor's session holds. A guest is answered with 401.
 *
 * @param context Default: that of the request under way.
 * @throws {Response} For a guest: 401, which the middleware answers with, or whoever catches it. It is an
 *   {@link AccessDeniedError} to whoever looks for one.
 */
export function requireSession(context?: WithLocals): Readonly<SignedInSession>;
export function requireSession(...given: unknown[]): Readonly<SignedInSession> {
  const call = REQUIRE_SESSION.find(given);
  const { session } = visitorOf(call);
  if (session) return session as SignedInSession;
  throw deniedResponse(denied(call.request, new AccessDeniedError(401, false, 'nobody is signed in')));
}

export function isAuthenticated(context?: WithLocals): boolean;
export function isAuthenticated(...given: unknown[]): boolean {
  return !visitorOf(IS_AUTHENTICATED.find(given)).isGuest;
}

// The first overload of these is for lists: `roles.some(hasRole)`.
export function hasRole(role: Role): boolean;
export function hasRole(role: Role, context: WithLocals | undefined): boolean;
export function hasRole(...given: unknown[]): boolean {
  const call = HAS_ROLE.find(given);
  return visitorOf(call).hasRole(...call.others) === true;
}

export function hasPermission(permission: Permission): boolean;
export function hasPermission(permission: Permission, context: WithLocals | undefined): boolean;
export function hasPermission(...given: unknown[]): boolean {
  const call = HAS_PERMISSION.find(given);
  return visitorOf(call).hasPermission(...call.others) === true;
}

export function hasAllPermissions(...permissions: Permission[]): boolean;
export function hasAllPermissions(...given: [...permissions: Permission[], context: WithLocals]): boolean;
export function hasAllPermissions(...given: unknown[]): boolean {
  const call = HAS_ALL.find(given);
  return visitorOf(call).hasAllPermissions(...call.others) === true;
}

export function hasAnyPermission(...permissions: Permission[]): boolean;
export function hasAnyPermission(...given: [...permissions: Permission[], context: WithLocals]): boolean;
export function hasAnyPermission(...given: unknown[]): boolean {
  const call = HAS_ANY.find(given);
  return visitorOf(call).hasAnyPermission(...call.others) === true;
}

export function hasRolePermission(role: Role, permission: Permission, context?: WithLocals): boolean;
export function hasRolePermission(...given: unknown[]): boolean {
  const call = HAS_BOTH.find(given);
  const [role, permission] = call.others;
  const visitor = visitorOf(call);
  return visitor.hasRole(role) === true && visitor.hasPermission(permission) === true;
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

/** Tells of it here, because nobody knows who catches it. */
export function denied(request: ScopedRequest | undefined, error: AccessDeniedError): AccessDeniedError {
  if (request) emitDeniedError(request.services.get(SecurityEvents), request.guarded, request.visitor, error);
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

/** Outside a request there is nobody but guests: a prerendered page shows what a guest sees. */
function visitorOf({ request }: { readonly request: ScopedRequest | undefined }): Visitor {
  if (!request) return new Visitor();
  request.draft.isUsed = true;
  return request.visitor;
}

const CALL = new HelperCall<[requirement?: Requirement]>('can(requirement?, context?)');

/**
 * Whether the visitor meets a requirement, as a rule would find: for what a page shows, anywhere in it. Without a
 * requirement it asks for any signed-in visitor. A check that throws refuses, and is reported; a guest is simply refused.
 * A prerendered page sees a guest.
 *
 * @throws {InvalidOptionsError} For what is no requirement, whoever asks.
 * @example const mayPublish = await can({ permission: 'posts:publish' });
 */
export function can(requirement?: Requirement, context?: WithLocals): Promise<boolean>;
export function can(context: WithLocals): Promise<boolean>;
export async function can(...given: unknown[]): Promise<boolean> {
  const {
    request,
    others: [requirement = {}],
  } = CALL.find(given);
  const asked = checkRequirement(requirement, 'can');
  if (!request) return false;
  request.draft.isUsed = true;
  const { isGranted } = await decide(request, asked, request.identity.resolve(), 'can()');
  return isGranted;
}
