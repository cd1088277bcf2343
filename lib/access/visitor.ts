/** What a session says about a signed-in visitor. Anything else may stand beside it. */
export interface VisitorData {
  /** Who it is. A session without it is a guest's. */
  userId: string;
  email?: string | undefined;
  // Any text: what is written here comes from a database, and what is asked of it is narrowed.
  role?: string | undefined;
  roles?: readonly string[] | undefined;
  permissions?: readonly string[] | undefined;
  [key: string]: unknown;
}

declare global {
  namespace App {
    /**
     * Add to this interface to narrow what roles and permissions can be asked for.
     *
     * @example
     * declare namespace App {
     *   interface AccessTypes { role: 'admin' | 'editor'; permission: 'posts:read' | 'posts:write' }
     * }
     */
    interface AccessTypes {}
  }
}

/** `App.AccessTypes`, for those who would rather augment the module. */
export interface AccessTypes extends App.AccessTypes {}

export type Role = AccessTypes extends { role: infer Name } ? Name & string : string;
export type Permission = AccessTypes extends { permission: infer Name } ? Name & string : string;

/** Who asks: a guest, or somebody signed in. There is always one, so nobody has to check for null. */
export class Visitor {
  // Lists, because they are short, and a visitor is made with every request.
  readonly #roles: readonly string[];
  readonly #permissions: readonly string[];

  /**
   * @param session What the session says about a signed-in visitor; `null` for a guest.
   * @param roles As they count for every check; `session.role` and `session.roles` have been read already.
   * @param permissions Likewise.
   */
  constructor(
    readonly session: Readonly<VisitorData> | null = null,
    roles: readonly string[] = [],
    permissions: readonly string[] = [],
  ) {
    this.#roles = [...roles];
    this.#permissions = [...permissions];
    // Requests of one session share their visitor. That of a class of your own is made for each.
    if (new.target === Visitor) Object.freeze(this);
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

  /** `posts:*` holds every permission that begins with `posts:`, and `*` holds all. */
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
