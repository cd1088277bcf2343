import { InvalidOptionsError } from '../errors/index.js';
import type { AccessRule } from './access-rule.js';
import type { VisitorData } from './visitor.js';

/** What is known today of a user; `null` of one who is gone. */
export type Reloaded = Partial<VisitorData> | null;

/** Which other roles a role brings with it. */
export type RoleHierarchy = Readonly<Record<string, readonly string[]>>;

/** How roles and permissions are read from a session, and a check of one's own in place of the built-in ones. */
export interface AccessOptions {
  /** The visitor's role or roles, in place of `session.role` and `session.roles`. */
  getRole?: ((session: VisitorData) => string | readonly string[] | null | undefined) | undefined;
  /** The visitor's permissions, in place of `session.permissions`. */
  getPermissions?: ((session: VisitorData) => readonly string[] | null | undefined) | undefined;
  /** Which roles a role brings with it, and those theirs: `{ admin: ['editor'], editor: ['author'] }`. */
  hierarchy?: RoleHierarchy | undefined;
  /** `hierarchy` by its other name. */
  roles?: RoleHierarchy | undefined;
  /**
   * Looks up who a signed-in visitor is today. What it gives takes the place of `email`, `role`, `roles` and `permissions`,
   * and may add to the rest; `null` says that there is no such user any more, which ends the session. While it fails,
   * guarded pages answer 503.
   */
  reload?: ((session: VisitorData) => Reloaded | Promise<Reloaded>) | undefined;
  /**
   * For how many seconds what `reload` gave counts, in this process. Default 0: it is asked with every request. It counts
   * for all sessions of the user: leave it out where `reload` looks at more than `userId`, such as a tenant.
   */
  revalidate?: number | undefined;
  /** Decides every rule alone. `session` is `null` for a guest. */
  check?: ((rule: AccessRule, session: VisitorData | null) => boolean | Promise<boolean>) | undefined;
}

/** {@link AccessOptions} as a class, so that the container can hand them out. */
export class AccessConfig {
  readonly getRole: AccessOptions['getRole'];
  readonly getPermissions: AccessOptions['getPermissions'];
  readonly check: AccessOptions['check'];
  readonly reload: AccessOptions['reload'];
  /** Milliseconds. */
  readonly revalidate: number;
  readonly #brought: ReadonlyMap<string, readonly string[]>;

  /** @throws {InvalidOptionsError} When the hierarchy is given by both its names. */
  constructor(options: AccessOptions = {}) {
    const { getRole, getPermissions, check, reload, revalidate = 0 } = options;
    this.getRole = getRole;
    this.getPermissions = getPermissions;
    this.check = check;
    this.reload = reload;
    this.revalidate = revalidate * 1000;
    this.#brought = new Map(Object.entries(hierarchyOf(options)));
  }

  /** These roles, and all that they bring with them. A circle brings each of its roles once. */
  withBrought(roles: readonly string[]): readonly string[] {
    if (this.#brought.size === 0) return roles;
    const all = new Set(roles);
    // A Set visits what is added while it is walked.
    for (const role of all) for (const brought of this.#brought.get(role) ?? []) all.add(brought);
    return [...all];
  }
}

/** Gives the hierarchy of roles, by whichever name it is given. @throws {InvalidOptionsError} When it is given by both. */
export function hierarchyOf({ hierarchy, roles }: Pick<AccessOptions, 'hierarchy' | 'roles'>): RoleHierarchy {
  if (hierarchy && roles) throw new InvalidOptionsError([`access.hierarchy ${HIERARCHY_TWICE}`]);
  return hierarchy ?? roles ?? {};
}

/** Said of options that give the hierarchy by both its names. */
export const HIERARCHY_TWICE = 'is given, and access.roles, which is its other name, as well: keep access.hierarchy';
