import type { AccessRule } from './access-rule.js';
import type { VisitorData } from './visitor.js';

/** How roles and permissions are read from a session, and a check of one's own in place of the built-in ones. */
export interface AccessOptions {
  /** The visitor's role or roles, in place of `session.role` and `session.roles`. */
  getRole?: ((session: VisitorData) => string | readonly string[] | null | undefined) | undefined;
  /** The visitor's permissions, in place of `session.permissions`. */
  getPermissions?: ((session: VisitorData) => readonly string[] | null | undefined) | undefined;
  /** Which roles a role brings with it, and those theirs: `{ admin: ['editor'], editor: ['author'] }`. */
  roles?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Decides every rule alone. `session` is `null` for a guest. */
  check?: ((rule: AccessRule, session: VisitorData | null) => boolean | Promise<boolean>) | undefined;
}

/** {@link AccessOptions} as a class, so that the container can hand them out. */
export class AccessConfig {
  readonly getRole: AccessOptions['getRole'];
  readonly getPermissions: AccessOptions['getPermissions'];
  readonly check: AccessOptions['check'];
  readonly #brought: ReadonlyMap<string, readonly string[]>;

  constructor({ getRole, getPermissions, roles = {}, check }: AccessOptions = {}) {
    this.getRole = getRole;
    this.getPermissions = getPermissions;
    this.check = check;
    this.#brought = new Map(Object.entries(roles));
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
