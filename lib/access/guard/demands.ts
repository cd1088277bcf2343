import type { AccessRule } from '../access-rule.js';
import type { AccessRules } from '../access-rules.js';
import { type GuardedPaths, normalized, pathOnly } from '../paths/guarded-paths.js';
import type { GuardConfig } from './guard-config.js';
import type { AccessRequest, GuardedRequest } from './guarded-request.js';
import type { PageGuard, PageGuards } from './page-guard.js';
import type { Demand, Judgement } from './verdict.js';

/** The demands on the visitor of one request, each with the paths that it covers. */
export type Asked = Map<Demand, readonly string[]>;

/** Demands, and the request for which they are checked. */
export interface AskedFor {
  readonly asked: Asked;
  readonly request: AccessRequest;
}

/** The methods that sites use, but `OPTIONS`. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const NONE: ReadonlySet<Demand> = new Set();

/** Finds the demands on a request: those of rules, of the page's own guard, and of `globalProtect`. */
export class Demands {
  readonly #signInPaths: ReadonlySet<string>;
  /** The methods that code which answers every method has to expect. */
  readonly #methods: ReadonlySet<string>;

  constructor(
    private readonly rules: AccessRules,
    private readonly pageGuards: PageGuards,
    private readonly config: GuardConfig,
  ) {
    this.#methods = new Set([...METHODS, ...rules.all.flatMap(({ methods = [] }) => methods)]);
    const asking = rules.all.filter(({ mayAskAgain }) => mayAskAgain);
    const elsewhere = asking.map(({ redirectTo = '' }) => redirectTo).filter((target) => target.startsWith('/'));
    this.#signInPaths = new Set(elsewhere.map((target) => normalized(pathOnly(target))));
  }

  /** True when no request has demands. */
  get areNone(): boolean {
    return this.rules.isEmpty && this.pageGuards.isEmpty && !this.config.globalProtect;
  }

  /** Finds the guard in the page's own file. Error pages have none: they are for every visitor. */
  guardOf(routePattern: string): PageGuard | undefined | Promise<PageGuard | undefined> {
    return this.config.errorPages.has(routePattern) ? undefined : this.pageGuards.of(routePattern);
  }

  isLoginPath(path: string): boolean {
    return this.config.loginPages.has(path);
  }

  /** Checks whether visitors sign in again at a path: the login page, or the `redirectTo` of a rule or a page guard. */
  signsInAgain(path: string): boolean | Promise<boolean> {
    const place = normalized(path);
    const isKnown = this.#signInPaths.has(place) || this.isLoginPath(place);
    if (isKnown || this.pageGuards.isEmpty) return isKnown;
    const isPlace = (target: string) => normalized(pathOnly(target)) === place;
    return this.pageGuards.signInPaths().then((targets) => targets.some(isPlace));
  }

  /**
   * Finds the demands on a request, as {@link on}. There are several lists where code that answers every method would answer
   * `OPTIONS`, such as a page or the function `ALL` of an endpoint: what is open for `OPTIONS`, so that browsers can send
   * preflights, must not run code for visitors who may not use the other methods.
   */
  of(request: GuardedRequest, paths: GuardedPaths, guard?: PageGuard, judgement?: Judgement): readonly AskedFor[] {
    const { method, routePattern, hasOptionsHandler } = request;
    const asked = this.on(paths, method, routePattern, guard, judgement);
    if (method !== 'OPTIONS' || hasOptionsHandler) return [{ asked, request }];
    const others = [...new Set([...this.#methods, ...(guard?.methods ?? [])])].map((other) => ({
      asked: this.on(paths, other, routePattern, guard, judgement),
      request: Object.create(request, { method: { value: other } }) as AccessRequest,
    }));
    return [{ asked, request }, ...others];
  }

  /**
   * Finds the page's own guard, and a rule for each path other than the page's, or for all paths when the page has no guard.
   * With `globalProtect` a path without a rule requires a signed-in visitor.
   *
   * @param routePattern The pattern of the route that is served.
   */
  on(paths: GuardedPaths, method: string, routePattern: string, guard?: PageGuard, judgement?: Judgement): Asked {
    const isOwn = guard?.enforces && guard.isFor(method) && !this.#isLoginPage(paths);
    const own = isOwn ? guard : undefined;
    const asked: Asked = new Map();
    if (own && !own.isPublicFor(method)) asked.set(own, [paths.page]);
    if (own) judgement?.looksAt(paths.page, own);
    for (const path of own ? paths.others : paths.all) {
      const isLogin = this.isLoginPath(paths.isPage(path) ? paths.page : path);
      const isOpen = isLogin || this.#isErrorPageItself(path, routePattern);
      const rule = isOpen
        ? undefined
        : (this.rules.findFirst(paths.namesOf(path), method) ?? this.#unlisted(path, paths, method, own));
      if (rule && !isPublic(rule)) asked.set(rule, [...(asked.get(rule) ?? []), path]);
      judgement?.looksAt(path, isLogin ? 'loginPath' : rule);
    }
    return asked;
  }

  /** Finds the demands on hidden paths without the rule that hides them: the same as for a page that does not exist. */
  behindHidden(hidden: readonly string[], paths: GuardedPaths, method: string): Asked {
    const asked: Asked = new Map();
    for (const path of hidden) {
      const shown = paths.namesOf(path).map((name) => this.rules.findShown(name, method));
      const rules = shown.some((rule) => rule) ? shown : [this.#unlisted(path, paths, method, undefined)];
      for (const rule of rules) if (rule && !isPublic(rule)) asked.set(rule, [...(asked.get(rule) ?? []), path]);
    }
    return asked;
  }

  /** Finds the demands that only report whom they would refuse. */
  reportOnly(paths: GuardedPaths, method: string, guard: PageGuard | undefined): ReadonlySet<Demand> {
    if (!this.rules.reports && guard?.enforces !== false) return NONE;
    const rules = paths.names.map((name) => this.rules.findReportOnly(name, method));
    const own = guard && !guard.enforces && guard.isFor(method) ? guard : undefined;
    return new Set([own, ...rules].filter((demand) => demand !== undefined));
  }

  /** Checks whether the login page is requested. It is open whatever its own guard says, because the sign-in form is sent there. */
  #isLoginPage({ page, others, action }: GuardedPaths): boolean {
    return this.isLoginPath(page) && others.every((path) => path === action);
  }

  #isErrorPageItself(path: string, routePattern: string): boolean {
    return this.config.errorPages.has(routePattern) && normalized(path) === normalized(routePattern);
  }

  #unlisted(path: string, paths: GuardedPaths, method: string, own: PageGuard | undefined): AccessRule | undefined {
    return this.config.globalProtect && !this.#isOpen(path, paths, method, own) ? this.rules.signedIn : undefined;
  }

  /**
   * Checks whether `globalProtect` leaves a path without a rule alone. The path of an action counts for itself, any other
   * for the page. A rewritten request is protected as the page that it leads to; for the original path only rules are
   * checked. Another spelling of the path of a public page is as open as the page.
   */
  #isOpen(path: string, paths: GuardedPaths, method: string, own: PageGuard | undefined): boolean {
    if (path === paths.original || (own && path !== paths.action)) return true;
    // Compared with true, because an override may return a promise.
    if (paths.spellingsOf(path).some((name) => this.config.isExcluded(name, method) === true)) return true;
    const ofPage = paths.isPage(path) ? this.rules.findFirst(paths.namesOf(paths.page), method) : undefined;
    return ofPage !== undefined && isPublic(ofPage);
  }
}

/** Compared with true, because an override may return a promise. */
function isPublic(rule: AccessRule): boolean {
  return rule.isPublic === true;
}
