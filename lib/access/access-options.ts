import type { Promised } from '../base/promised.js';
import { InvalidOptionsError } from '../errors/index.js';
import type { AccessRule, Requirement } from './access-rule.js';
import type { AccessRequest } from './guard/guarded-request.js';
import type { IdentifiedVisitor, Permission, Role, VisitorData } from './visitor.js';

/** The current data of a user; `null` when the user no longer exists. */
export type Reloaded = Partial<VisitorData> | null;

/** Roles of a visitor, or roles and permissions. */
export type GrantedRoles =
  | Role
  | readonly Role[]
  | { readonly roles?: Role | readonly Role[] | undefined; readonly permissions?: readonly Permission[] | undefined }
  | null
  | undefined;

/** The roles that each role includes, by role. */
export type RoleHierarchy = Readonly<Record<string, readonly string[]>>;

/**
 * Names the visitor of a request: a visitor's data, `null` for a guest, or `undefined` to leave it to the session.
 *
 * @param request The request, before a session has said who sent it: `signedInFor` is `undefined`.
 */
export type Identify = (request: AccessRequest) => Promised<IdentifiedVisitor | null | undefined>;

/**
 * Decides whether a visitor may impersonate a user.
 *
 * @param session The visitor's data.
 * @param target The data of the user.
 */
export type MayImpersonate = (
  session: VisitorData,
  target: VisitorData,
  request: AccessRequest,
) => boolean | Promise<boolean>;

/** Options for the roles and permissions of visitors, and a custom check in place of the built-in ones. */
export interface AccessOptions {
  /** Returns the visitor's role or roles, in place of `session.role` and `session.roles`. It must not be async. */
  getRole?: ((session: VisitorData) => string | readonly string[] | null | undefined) | undefined;
  /** Returns the visitor's permissions, in place of `session.permissions`. It must not be async. */
  getPermissions?: ((session: VisitorData) => readonly string[] | null | undefined) | undefined;
  /**
   * The roles that each role includes, directly or through other roles. An admin is also an editor and an author with
   * `{ admin: ['editor'], editor: ['author'] }`.
   */
  hierarchy?: RoleHierarchy | undefined;
  /** The deprecated other name of `hierarchy`, which keeps working. Set only one of the two. */
  roles?: RoleHierarchy | undefined;
  /**
   * Looks up the current data of a signed-in visitor. The returned object replaces `email`, `role`, `roles` and
   * `permissions` of the session, and may add other values. `null` means that the user no longer exists, and ends the
   * session. While it fails, guarded pages answer with 503.
   */
  reload?: ((session: VisitorData) => Reloaded | Promise<Reloaded>) | undefined;
  /**
   * Seconds for which a result of `reload` is cached, in the memory of this process. Default 0: `reload` is called with
   * every request. The result is shared by all sessions of the user: leave it out when `reload` depends on more of the
   * session than `userId`, such as a tenant.
   */
  revalidate?: number | undefined;
  /**
   * The visitors who may call `impersonate()`: a requirement, such as `{ role: 'support' }`, or a function. Default: nobody.
   * A requirement protects those who meet it themselves: nobody can impersonate them. A function decides about every user.
   * It is checked again with each request, except `authenticatedWithin` and `remembered`.
   */
  impersonate?: Requirement | MayImpersonate | undefined;
  /** Seconds after which an impersonation ends by itself. Default 3600, at most 28,800: a working day. */
  impersonateFor?: number | undefined;
  /**
   * Looks up the roles that a signed-in visitor has on a route, in addition to those of the session: in an organisation,
   * `request.page?.params` names it. It is called once for each route that a request leads to. While it fails, guarded pages
   * answer with 503.
   *
   * @example rolesFor: ({ userId }, { page }) => members.rolesOf(userId, page?.params.slug)
   */
  rolesFor?: ((session: VisitorData, request: AccessRequest) => GrantedRoles | Promise<GrantedRoles>) | undefined;
  /** Decides every rule, in place of the built-in checks. `session` is `null` for a guest. */
  check?: ((rule: AccessRule, session: VisitorData | null) => boolean | Promise<boolean>) | undefined;
}

/** Seconds. */
const DEFAULT_IMPERSONATION = 60 * 60;
/** The longest value of `impersonateFor`, in seconds: nobody works longer without a break. */
export const LONGEST_IMPERSONATION = 8 * 60 * 60;

/** The resolved {@link AccessOptions}: a class, so that the container can inject them. */
export class AccessConfig {
  readonly getRole: AccessOptions['getRole'];
  readonly getPermissions: AccessOptions['getPermissions'];
  readonly check: AccessOptions['check'];
  readonly reload: AccessOptions['reload'];
  readonly rolesFor: AccessOptions['rolesFor'];
  /** Milliseconds for which a result of `reload` is cached; 0 for no cache. */
  readonly revalidate: number;
  readonly impersonate: AccessOptions['impersonate'];
  /** Milliseconds after which an impersonation ends. */
  readonly impersonateFor: number;
  /** The option `identify` of the setup module. */
  readonly identify: Identify | undefined;
  readonly #brought: ReadonlyMap<string, readonly string[]>;

  /** @throws {InvalidOptionsError} When both `hierarchy` and `roles` are set. */
  constructor(options: AccessOptions = {}, identify?: Identify) {
    const { getRole, getPermissions, check, reload, rolesFor, revalidate = 0 } = options;
    this.getRole = getRole;
    this.getPermissions = getPermissions;
    this.check = check;
    this.reload = reload;
    this.rolesFor = rolesFor;
    this.identify = identify;
    this.revalidate = revalidate * 1000;
    this.impersonate = options.impersonate;
    this.impersonateFor = (options.impersonateFor ?? DEFAULT_IMPERSONATION) * 1000;
    this.#brought = new Map(Object.entries(hierarchyOf(options)));
  }

  /** Returns these roles and all that they include, each once. Roles may include each other in a circle. */
  withBrought(roles: readonly string[]): readonly string[] {
    if (this.#brought.size === 0) return roles;
    const all = new Set(roles);
    // Iterating over a Set also visits entries that are added during the iteration.
    for (const role of all) for (const brought of this.#brought.get(role) ?? []) all.add(brought);
    return [...all];
  }
}

/** Returns the hierarchy of roles, under either name. @throws {InvalidOptionsError} When it is set under both. */
export function hierarchyOf({ hierarchy, roles }: Pick<AccessOptions, 'hierarchy' | 'roles'>): RoleHierarchy {
  if (hierarchy && roles) throw new InvalidOptionsError([`access.hierarchy ${HIERARCHY_TWICE}`]);
  return hierarchy ?? roles ?? {};
}

/** The problem of options that set the hierarchy under both its names. */
export const HIERARCHY_TWICE = 'is set, and access.roles, which is its other name, as well: keep access.hierarchy';
