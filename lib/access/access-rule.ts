import { InvalidOptionsError } from '../errors.js';
import type { AccessRequest } from './guarded-request.js';
import { PathPattern } from './paths/path-pattern.js';
import { actionPath, islandPattern } from './paths/special-paths.js';
import type { RouteAddress, RoutePattern } from './route-types.js';
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
  /**
   * Signed in not longer ago than this many seconds. Who is signed in for longer is sent to sign in again.
   *
   * @see OWASP ASVS 5.0 7.5.1
   */
  authenticatedWithin?: number | undefined;
  /**
   * Whatever you need to know of the visitor and of what is asked for. `session` is `null` for a guest. A function
   * that throws refuses.
   *
   * @example allow: (session, { params }) => session?.userId === params.user
   */
  allow?: ((session: VisitorData | null, request: AccessRequest) => boolean | Promise<boolean>) | undefined;
}

/** One entry of `protect`: for pages and endpoints, actions or islands. Without a requirement it asks who is signed in. */
export type AccessRuleOptions = PageRuleOptions | ActionRuleOptions | IslandRuleOptions;

/** A rule for pages and endpoints. */
export interface PageRuleOptions extends RuleOptions {
  /** `/admin` that page, `/admin/*` what is under it, `/admin/**` both. Written without the site's `base`. */
  pattern: RoutePattern;
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
  /** The component's name, its own or that of an import: `AdminPanel`, `Admin*`; or its file: `src/admin/Panel.astro`. */
  island: string;
  pattern?: undefined;
  action?: undefined;
}

/** What a rule may say beside what it asks of a visitor. */
export interface RuleOptions extends Requirement {
  /** The methods it is for, `GET` standing for `HEAD` too. Default: every method. */
  methods?: readonly string[] | undefined;
  /** `404` answers a refusal as if there were no such page. */
  status?: 404 | undefined;
  /** With `status: 404`: `true` asks guests to sign in, so that a mailed link leads to the page; who is signed in sees 404. */
  guestsSignIn?: boolean | undefined;
  /** Where a navigation that is refused goes, in place of `loginPath` and `forbiddenPath`. */
  redirectTo?: RouteAddress | undefined;
  /** `false` lets everybody pass and logs whom the rule would have refused; what later rules say still holds. */
  enforce?: boolean | undefined;
}

/** A function that gives `true` and does nothing else, as people and bundlers write it. */
const GIVES_TRUE =
  /^(?:async\s*)?(?:(?:\([\w$,\s]*\)|[\w$]+)\s*=>|(?:function\s*)?[\w$]*\s*\([\w$,\s]*\)(?=\s*\{))\s*(?:true|!0|\{\s*return\s*(?:true|!0);?\s*\})$/;

const NO_REQUEST: AccessRequest = {
  params: {},
  routePattern: '',
  method: '',
  url: new URL('http://nowhere.invalid/'),
  signedInFor: undefined,
};

/** One rule: which paths it is for, and what it asks of a visitor. */
export class AccessRule implements Requirement {
  readonly pattern: string;
  readonly role: Role | undefined;
  readonly roles: readonly Role[] | undefined;
  readonly permission: Permission | undefined;
  readonly permissions: readonly Permission[] | undefined;
  readonly authenticatedWithin: number | undefined;
  readonly allow: Requirement['allow'];
  readonly methods: readonly string[] | undefined;
  readonly status: 404 | undefined;
  readonly guestsSignIn: boolean;
  readonly redirectTo: string | undefined;
  /** Whether it refuses; otherwise it only says whom it would. */
  readonly enforce: boolean;
  /** Lists of roles, of each of which one is enough; empty when the rule names none. */
  readonly acceptedRoleSets: readonly (readonly Role[])[];
  /** Every permission that must be there. */
  readonly requiredPermissions: readonly Permission[];
  /** What it is asked about, once it is: see {@link askedOf}. */
  readonly request: AccessRequest = NO_REQUEST;
  /** The pattern, ready for matching. */
  readonly path: PathPattern;

  /** @throws {InvalidOptionsError} For a pattern that can never match, and for a `redirectTo` that leads nowhere. */
  constructor(options: AccessRuleOptions) {
    this.pattern = patternOf(options);
    this.role = options.role;
    this.roles = options.roles;
    this.permission = options.permission;
    this.permissions = options.permissions;
    this.authenticatedWithin = options.authenticatedWithin;
    this.allow = options.allow;
    this.acceptedRoleSets = [...(this.role === undefined ? [] : [[this.role]]), ...(this.roles ? [this.roles] : [])];
    this.requiredPermissions = [
      ...(this.permission === undefined ? [] : [this.permission]),
      ...(this.permissions ?? []),
    ];
    this.methods = options.methods;
    this.status = options.status;
    this.guestsSignIn = options.guestsSignIn ?? false;
    this.redirectTo = options.redirectTo;
    this.enforce = options.enforce ?? true;
    if (this.redirectTo !== undefined && !isAddress(this.redirectTo)) {
      throw new InvalidOptionsError([
        `redirectTo "${this.redirectTo}" would be another page for every path: write "/${this.redirectTo}", or a whole address`,
      ]);
    }
    this.path = new PathPattern(this.pattern);
  }

  /** The same rule as it is asked about one request: checkers are handed a rule and a visitor, and nothing else. */
  askedOf(request: AccessRequest): AccessRule {
    return Object.assign(Object.create(this), { request });
  }

  /** @param method In capitals. Whoever may not GET a page may not ask for its head either. */
  isFor(method: string): boolean {
    return (
      this.methods === undefined ||
      this.methods.includes(method === 'HEAD' && !this.methods.includes('HEAD') ? 'GET' : method)
    );
  }

  /** Whether it asks nothing of anybody: its `allow` is written to give `true`, and stands alone. For reports. */
  get admitsEverybody(): boolean {
    return this.allow !== undefined && this.asksByFunctionAlone && GIVES_TRUE.test(`${this.allow}`);
  }

  /** Whether nothing but `allow` decides, which may let guests in. */
  get asksByFunctionAlone(): boolean {
    const { allow, acceptedRoleSets, requiredPermissions, authenticatedWithin } = this;
    const isBare = acceptedRoleSets.length + requiredPermissions.length === 0 && authenticatedWithin === undefined;
    return allow !== undefined && isBare;
  }

  /** What it asks of a visitor, in words. */
  get demand(): string {
    if (this.admitsEverybody) return 'everybody';
    const parts = [
      this.role !== undefined && `role ${this.role}`,
      this.roles && `one of roles ${this.roles.join(', ')}`,
      this.requiredPermissions.length > 0 && `permissions ${this.requiredPermissions.join(', ')}`,
      this.authenticatedWithin !== undefined && `signed in within ${this.authenticatedWithin} seconds`,
      this.allow && 'allow()',
    ].filter((part) => part !== false && part !== undefined);
    return parts.length > 0 ? parts.join(' and ') : 'signed in';
  }

  /** The rule in words, for logs. */
  toString(): string {
    const methods = this.methods ? `${this.methods.join(', ')} ` : '';
    return `${methods}${this.pattern} (${this.demand})${this.enforce ? '' : ', report only'}`;
  }
}

function isAddress(text: string): boolean {
  return text.startsWith('/') || URL.canParse(text);
}

function patternOf({ pattern, action, island }: AccessRuleOptions): string {
  if (action !== undefined) return actionPath(action);
  return island === undefined ? pattern : islandPattern(island);
}
