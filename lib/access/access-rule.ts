import { InvalidOptionsError } from '../errors.js';
import { actionPath, islandPath } from './internal-path.js';
import { PathPattern } from './path-pattern.js';
import type { Permission, Role, VisitorData } from './visitor.js';

/** What a visitor must be or have. Several requirements must all hold. */
export interface Requirement {
  /** This role. */
  role?: Role | undefined;
  /** One of these roles. */
  roles?: readonly Role[] | undefined;
  /** This permission. */
  permission?: Permission | undefined;
  /** All of these permissions. */
  permissions?: readonly Permission[] | undefined;
  /** Whatever you need to know. `session` is `null` for a guest. A function that throws refuses. */
  allow?: ((session: VisitorData | null) => boolean | Promise<boolean>) | undefined;
}

/** One entry of `protect`: for pages and endpoints, actions or islands. Without a requirement it asks who is signed in. */
export type AccessRuleOptions = PageRuleOptions | ActionRuleOptions | IslandRuleOptions;

/** A rule for pages and endpoints. */
export interface PageRuleOptions extends RuleOptions {
  /** `/admin` that page, `/admin/*` what is under it, `/admin/**` both. Written without the site's `base`. */
  pattern: string;
  action?: undefined;
  island?: undefined;
}

/** A rule for Astro actions, called by their own address or by a form on any page. */
export interface ActionRuleOptions extends RuleOptions {
  /** `admin.remove` that action, `admin.*` every action of `admin`. */
  action: string;
  pattern?: undefined;
  island?: undefined;
}

/** A rule for server islands, which are fetched apart from their page: a refused one leaves its fallback in place. */
export interface IslandRuleOptions extends RuleOptions {
  /** The component's name: `AdminPanel`, or `Admin*` for all that begin so. */
  island: string;
  pattern?: undefined;
  action?: undefined;
}

interface RuleOptions extends Requirement {
  /** The methods it is for, `GET` standing for `HEAD` too. Default: every method. */
  methods?: readonly string[] | undefined;
  /** `404` answers a refusal as if there were no such page. */
  status?: 404 | undefined;
  /** Where a navigation that is refused goes, in place of `loginPath` and `forbiddenPath`. */
  redirectTo?: string | undefined;
}

/** One rule: which paths it is for, and what it asks of a visitor. */
export class AccessRule implements Requirement {
  readonly pattern: string;
  readonly role: Role | undefined;
  readonly roles: readonly Role[] | undefined;
  readonly permission: Permission | undefined;
  readonly permissions: readonly Permission[] | undefined;
  readonly allow: Requirement['allow'];
  readonly methods: readonly string[] | undefined;
  readonly status: 404 | undefined;
  readonly redirectTo: string | undefined;
  /** The pattern, ready for matching. */
  readonly path: PathPattern;

  /** @throws {InvalidOptionsError} For a pattern that can never match, and for a `redirectTo` that leads nowhere. */
  constructor(options: AccessRuleOptions) {
    this.pattern = patternOf(options);
    this.role = options.role;
    this.roles = options.roles;
    this.permission = options.permission;
    this.permissions = options.permissions;
    this.allow = options.allow;
    this.methods = options.methods;
    this.status = options.status;
    this.redirectTo = options.redirectTo;
    if (this.redirectTo !== undefined && !isAddress(this.redirectTo)) {
      throw new InvalidOptionsError([
        `redirectTo "${this.redirectTo}" would be another page for every path: write "/${this.redirectTo}", or a whole address`,
      ]);
    }
    this.path = new PathPattern(this.pattern);
  }

  /** Every role of which one is enough; empty when the rule names none. */
  get acceptedRoleSets(): readonly (readonly Role[])[] {
    const sets: (readonly Role[])[] = [];
    if (this.role !== undefined) sets.push([this.role]);
    if (this.roles !== undefined) sets.push(this.roles);
    return sets;
  }

  /** Every permission that must be there. */
  get requiredPermissions(): readonly Permission[] {
    return [...(this.permission === undefined ? [] : [this.permission]), ...(this.permissions ?? [])];
  }

  /** The rule in words, for logs. */
  toString(): string {
    const parts = [
      this.role !== undefined && `role ${this.role}`,
      this.roles && `one of roles ${this.roles.join(', ')}`,
      this.requiredPermissions.length > 0 && `permissions ${this.requiredPermissions.join(', ')}`,
      this.allow && 'allow()',
    ].filter((part) => part !== false && part !== undefined);
    const methods = this.methods ? `${this.methods.join(', ')} ` : '';
    return `${methods}${this.pattern} (${parts.length > 0 ? parts.join(' and ') : 'signed in'})`;
  }
}

function isAddress(text: string): boolean {
  return text.startsWith('/') || URL.canParse(text);
}

function patternOf({ pattern, action, island }: AccessRuleOptions): string {
  if (action !== undefined) return actionPath(action);
  return island === undefined ? pattern : islandPath(island);
}
