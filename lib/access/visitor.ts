/** The values of a session that identify a signed-in visitor. Applications may add values of their own. */
export interface VisitorData {
  /** Identifies the user. A session without it belongs to a guest. */
  userId: string;
  email?: string | undefined;
  // Any string, because it comes from a database. The names that checks ask for are narrowed by AccessTypes.
  role?: string | undefined;
  roles?: readonly string[] | undefined;
  permissions?: readonly string[] | undefined;
  [key: string]: unknown;
}

declare global {
  namespace App {
    /**
     * Augment this interface to narrow the names of roles and permissions that checks accept.
     *
     * @example
     * declare namespace App {
     *   interface AccessTypes { role: 'admin' | 'editor'; permission: 'posts:read' | 'posts:write' }
     * }
     */
    interface AccessTypes {}
  }
}

/** `App.AccessTypes`, for projects that augment the module instead. */
export interface AccessTypes extends App.AccessTypes {}

export type Role = AccessTypes extends { role: infer Name } ? Name & string : string;
export type Permission = AccessTypes extends { permission: infer Name } ? Name & string : string;

/** The user behind a request: a guest or a signed-in user. Every request has a visitor, so no code has to check for null. */
export class Visitor {
  // Arrays, because they are short and a visitor is created with every request.
  readonly #roles: readonly string[];
  readonly #permissions: readonly string[];

  /**
   * @param session The values that identify a signed-in visitor; `null` for a guest.
   * @param roles Every role that counts in checks, those of `session.role` and `session.roles` included.
   * @param permissions Every permission that counts in checks.
   */
  constructor(
    readonly session: Readonly<VisitorData> | null = null,
    roles: readonly string[] = [],
    permissions: readonly string[] = [],
  ) {
    this.#roles = [...roles];
    this.#permissions = [...permissions];
  }

  /** The `userId`; `undefined` for a guest. */
  get id(): string | undefined {
    return this.session?.userId;
  }

  get isGuest(): boolean {
    return this.session === null;
  }

  get roles(): readonly string[] {
    return [...new Set(this.#roles)];
  }

  get permissions(): readonly string[] {
    return [...new Set(this.#permissions)];
  }

  hasRole(role: Role): boolean {
    return this.#roles.includes(role);
  }

  /** Checks whether the visitor has a permission. `posts:*` grants every permission that begins with `posts:`, `*` grants all. */
  hasPermission(permission: Permission): boolean {
    return this.#permissions.some((held) => grants(held, permission));
  }

  hasAllPermissions(...permissions: Permission[]): boolean {
    return permissions.every((permission) => this.hasPermission(permission) === true);
  }

  hasAnyPermission(...permissions: Permission[]): boolean {
    return permissions.some((permission) => this.hasPermission(permission) === true);
  }
}

function grants(held: string, asked: string): boolean {
  if (held === asked || held === '*') return true;
  return held.endsWith(':*') && asked.startsWith(held.slice(0, -1));
}
