import { InvalidOptionsError } from '../errors/index.js';
import { type AccessRequest, NO_REQUEST } from './guard/guarded-request.js';
import { isForMethod } from './paths/method-index.js';
import { PathPattern } from './paths/path-pattern.js';
import { actionPath, islandPattern } from './paths/special-paths.js';
import { type ForbiddenPage, type ForbiddenPath, forbiddenPage } from './refusal/forbidden-page.js';
import type { RouteAddress, RoutePattern } from './route-types.js';
import type { Permission, Role, VisitorData } from './visitor.js';

/** The requirements of a rule. When it names several, a visitor must meet all of them. */
export interface Requirement {
  /** The visitor must have this role. */
  role?: Role | undefined;
  /** The visitor must have one of these roles. */
  roles?: readonly Role[] | undefined;
  /** The visitor must have this permission. */
  permission?: Permission | undefined;
  /** The visitor must have all of these permissions. */
  permissions?: readonly Permission[] | undefined;
  /** The visitor must have one of these permissions. */
  anyPermission?: readonly Permission[] | undefined;
  /**
   * Maximum number of seconds since the sign-in. A visitor who signed in earlier is sent to sign in again.
   *
   * @see OWASP ASVS 5.0 7.5.1
   */
  authenticatedWithin?: number | undefined;
  /**
   * `false`: a session that lives on only because its visitor asked to be remembered is not enough. When the session would
   * have ended otherwise, the visitor is sent to sign in again.
   */
  remembered?: false | undefined;
  /**
   * Decides by the visitor's session and the request. `session` is `null` for a guest. A function that throws refuses.
   *
   * @example allow: (session, { params }) => session?.userId === params.user
   */
  allow?: ((session: VisitorData | null, request: AccessRequest) => boolean | Promise<boolean>) | undefined;
}

/** An entry of `protect`: for pages and endpoints, actions or islands. Without a requirement it admits every signed-in visitor. */
export type AccessRuleOptions = PageRuleOptions | ActionRuleOptions | IslandRuleOptions;

/** A rule for pages and endpoints. */
export interface PageRuleOptions extends RuleOptions {
  /** `/admin` matches that page, `/admin/*` the pages under it, `/admin/**` both. Written without the site's `base`. */
  pattern: RoutePattern;
  action?: undefined;
  island?: undefined;
}

/** A rule for Astro actions, whether they are called by their own address or by a form of any page. */
export interface ActionRuleOptions extends RuleOptions {
  /** `admin.remove` matches that action, `admin.*` every action of `admin`. */
  action: string;
  pattern?: undefined;
  island?: undefined;
}

/** A rule for server islands. They are fetched separately from their page: a refused island leaves its fallback in place. */
export interface IslandRuleOptions extends RuleOptions {
  /** The component's name, its own or that of an import: `AdminPanel`, `Admin*`; or its file: `src/admin/Panel.astro`. */
  island: string;
  pattern?: undefined;
  action?: undefined;
}

/** The options of every rule in addition to its requirements. */
export interface RuleOptions extends Requirement {
  /** The methods that it is for. `GET` includes `HEAD`. Default: every method. */
  methods?: readonly string[] | undefined;
  /**
   * `true` admits everybody, guests included. It stands for itself: no requirement, and nothing about refused visitors,
   * may stand beside it.
   */
  public?: true | undefined;
  /** With `404` a refused visitor gets the same answer as for a page that does not exist. */
  status?: 404 | undefined;
  /** With `status: 404`: `true` sends guests to sign in, so that a mailed link leads to the page; signed-in visitors get 404. */
  guestsSignIn?: boolean | undefined;
  /** The page that a refused navigation is redirected to, in place of `loginPath` and `forbiddenPath`. */
  redirectTo?: RouteAddress | undefined;
  /** The page for signed-in visitors whom it refuses, in place of `redirectTo` and the option `forbiddenPath`. */
  forbiddenPath?: ForbiddenPath | undefined;
  /** `false` admits every visitor and logs whom the rule would have refused; later rules are checked as usual. */
  enforce?: boolean | undefined;
}

/** Matches the source of a function that only returns `true`, as people and bundlers write it. */
const GIVES_TRUE =
  /^(?:async\s*)?(?:(?:\([\w$,\s]*\)|[\w$]+)\s*=>|(?:function\s*)?[\w$]*\s*\([\w$,\s]*\)(?=\s*\{))\s*(?:true|!0|\{\s*return\s*(?:true|!0);?\s*\})$/;

/** A rule: the paths it is for, and what it requires of a visitor. */
export class AccessRule implements Requirement {
  readonly pattern: string;
  readonly role: Role | undefined;
  readonly roles: readonly Role[] | undefined;
  readonly permission: Permission | undefined;
  readonly permissions: readonly Permission[] | undefined;
  readonly anyPermission: readonly Permission[] | undefined;
  readonly authenticatedWithin: number | undefined;
  readonly remembered: false | undefined;
  readonly allow: Requirement['allow'];
  readonly methods: readonly string[] | undefined;
  /** True when it admits everybody without a check. */
  readonly isPublic: boolean;
  readonly status: 404 | undefined;
  readonly guestsSignIn: boolean;
  readonly redirectTo: string | undefined;
  readonly forbiddenPage: ForbiddenPage | undefined;
  /** True when it refuses visitors; otherwise it only logs whom it would have refused. */
  readonly enforce: boolean;
  /** Lists of roles. A visitor needs one role of each list; empty when the rule names no roles. */
  readonly acceptedRoleSets: readonly (readonly Role[])[];
  /** Every permission that a visitor must have. */
  readonly requiredPermissions: readonly Permission[];
  /** Every permission that the rule names, required or one of several. */
  readonly namedPermissions: readonly Permission[];
  /** The request that the rule is checked for: see {@link askedOf}. */
  readonly request: AccessRequest = NO_REQUEST;
  /** The pattern, ready for matching. */
  readonly path: PathPattern;
  /** The route whose file exports the guard that the rule is part of; `undefined` for a rule of the options. */
  readonly guardOf: string | undefined = undefined;

  /**
   * @throws {InvalidOptionsError} For a pattern that can never match, for a `redirectTo` that is no address, and for a
   *   public rule with requirements.
   */
  constructor(options: AccessRuleOptions) {
    const problem = publicProblem(options);
    if (problem) throw new InvalidOptionsError([`public ${problem}`]);
    this.isPublic = options.public === true;
    this.pattern = patternOf(options);
    this.role = options.role;
    this.roles = options.roles;
    this.permission = options.permission;
    this.permissions = options.permissions;
    this.anyPermission = options.anyPermission;
    this.authenticatedWithin = options.authenticatedWithin;
    this.remembered = options.remembered;
    this.allow = options.allow;
    this.acceptedRoleSets = [...(this.role === undefined ? [] : [[this.role]]), ...(this.roles ? [this.roles] : [])];
    this.requiredPermissions = [
      ...(this.permission === undefined ? [] : [this.permission]),
      ...(this.permissions ?? []),
    ];
    this.namedPermissions = [...this.requiredPermissions, ...(this.anyPermission ?? [])];
    this.methods = options.methods;
    this.status = options.status;
    this.guestsSignIn = options.guestsSignIn ?? false;
    this.redirectTo = options.redirectTo;
    this.forbiddenPage = forbiddenPage(options.forbiddenPath);
    this.enforce = options.enforce ?? true;
    if (this.redirectTo !== undefined && !(this.redirectTo.startsWith('/') || URL.canParse(this.redirectTo))) {
      throw new InvalidOptionsError([
        `redirectTo "${this.redirectTo}" would be another page for every path: write "/${this.redirectTo}", or a whole address`,
      ]);
    }
    this.path = new PathPattern(this.pattern);
  }

  /** The same rule for one request: checkers are called with a rule and a visitor, and nothing else. */
  askedOf(request: AccessRequest): AccessRule {
    return Object.assign(Object.create(this), { request });
  }

  /** Checks whether the rule is for a method. @param method In capitals. */
  isFor(method: string): boolean {
    return isForMethod(this, method);
  }

  /** True when it is public, or its only requirement is an `allow` that is written to return `true`. For reports. */
  get admitsEverybody(): boolean {
    if (this.isPublic) return true;
    return this.allow !== undefined && this.asksByFunctionAlone && GIVES_TRUE.test(`${this.allow}`);
  }

  /** True when `allow` alone decides, which may let guests in. */
  get asksByFunctionAlone(): boolean {
    return this.allow !== undefined && !this.namesRequirements;
  }

  /** True when it names a requirement besides `allow`, which guests can never meet. */
  get namesRequirements(): boolean {
    const { acceptedRoleSets, requiredPermissions, anyPermission } = this;
    const hasNames = acceptedRoleSets.length + requiredPermissions.length > 0 || anyPermission !== undefined;
    return hasNames || this.mayAskAgain;
  }

  /** True when it may send signed-in visitors to sign in again. */
  get mayAskAgain(): boolean {
    return this.authenticatedWithin !== undefined || this.remembered === false;
  }

  /** The requirements in words. */
  get demand(): string {
    if (this.admitsEverybody) return 'everybody';
    const parts = [
      this.role !== undefined && `role ${this.role}`,
      this.roles && `one of roles ${this.roles.join(', ')}`,
      this.requiredPermissions.length > 0 && `permissions ${this.requiredPermissions.join(', ')}`,
      this.anyPermission && `one of permissions ${this.anyPermission.join(', ')}`,
      this.authenticatedWithin !== undefined && `signed in within ${this.authenticatedWithin} seconds`,
      this.remembered === false && 'not only remembered',
      this.allow && 'allow()',
    ].filter((part) => part !== false && part !== undefined);
    return parts.length > 0 ? parts.join(' and ') : 'signed in';
  }

  /** The rule in words, for logs. */
  toString(): string {
    const methods = this.methods ? `${this.methods.join(', ')} ` : '';
    const { guardOf, pattern, demand } = this;
    const [place, what] = guardOf ? [`guard of ${guardOf}`, `${methods}${demand}`] : [`${methods}${pattern}`, demand];
    return `${place} (${what})${this.enforce ? '' : ', report only'}`;
  }
}

/** The keys that would have no effect in a public rule. */
const NOT_BESIDE_PUBLIC = [
  'role',
  'roles',
  'permission',
  'permissions',
  'anyPermission',
  'authenticatedWithin',
  'remembered',
  'allow',
  'status',
  'guestsSignIn',
  'redirectTo',
  'forbiddenPath',
  'enforce',
] as const satisfies readonly (keyof RuleOptions)[];

/** Returns the problem of a public rule that has further keys, as the end of a sentence about `public`. */
export function publicProblem(options: RuleOptions): string | undefined {
  if (options.public !== true) return undefined;
  const set = NOT_BESIDE_PUBLIC.filter((key) => options[key] !== undefined && !(key === 'enforce' && options[key]));
  if (set.length === 0) return undefined;
  return `is set, which admits everybody, so ${set.join(' and ')} would have no effect: remove one of them`;
}

function patternOf({ pattern, action, island }: AccessRuleOptions): string {
  if (action !== undefined) return actionPath(action);
  return island === undefined ? pattern : islandPattern(island);
}
