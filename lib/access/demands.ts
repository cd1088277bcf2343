import type { AccessRule } from './access-rule.js';
import type { AccessRules } from './access-rules.js';
import type { GuardConfig } from './guard-config.js';
import type { PageGuard } from './page-guard.js';
import type { PageGuards } from './page-guards.js';
import { type GuardedPaths, normalized, pathOnly } from './paths/guarded-paths.js';
import type { Demand, Judgement } from './verdict.js';

/** What is asked of the visitors of one request, each with the paths for which it is asked. */
export type Asked = Map<Demand, readonly string[]>;

const NONE: ReadonlySet<Demand> = new Set();

/** Finds what is asked of a request's visitors: by rules, by the page's own guard, and where everything is protected. */
export class Demands {
  readonly #loginPath: string;
  readonly #signInPaths: ReadonlySet<string>;

  constructor(
    private readonly rules: AccessRules,
    private readonly pageGuards: PageGuards,
    private readonly config: GuardConfig,
  ) {
    this.#loginPath = normalized(pathOnly(config.loginPath));
    const asking = rules.all.filter(({ authenticatedWithin }) => authenticatedWithin !== undefined);
    const elsewhere = asking.map(({ redirectTo = '' }) => redirectTo).filter((target) => target.startsWith('/'));
    this.#signInPaths = new Set([this.#loginPath, ...elsewhere.map((target) => normalized(pathOnly(target)))]);
  }

  /** Whether nothing is ever asked. */
  get areNone(): boolean {
    return this.rules.isEmpty && this.pageGuards.isEmpty && !this.config.globalProtect;
  }

  /** The guard in the page's own file. Error pages are for everybody. */
  guardOf(routePattern: string): PageGuard | undefined | Promise<PageGuard | undefined> {
    return this.config.errorPages.has(routePattern) ? undefined : this.pageGuards.of(routePattern);
  }

  isLoginPath(path: string): boolean {
    return normalized(path) === this.#loginPath;
  }

  /** Whether a visitor may be sent there to sign in again: to the login page, or where a rule or a page's guard has it done. */
  signsInAgain(path: string): boolean | Promise<boolean> {
    const place = normalized(path);
    if (this.#signInPaths.has(place) || this.pageGuards.isEmpty) return this.#signInPaths.has(place);
    const isPlace = (target: string) => normalized(pathOnly(target)) === place;
    return this.pageGuards.signInPaths().then((targets) => targets.some(isPlace));
  }

  /**
   * The page's own guard, and the rule for each path that is not the page's or when the page has none. Where everything
   * is protected and nothing says otherwise, a signed-in visitor is asked for.
   *
   * @param routePattern Of the route that is served.
   */
  on(paths: GuardedPaths, method: string, routePattern: string, guard?: PageGuard, judgement?: Judgement): Asked {
    const isOwn = guard?.enforces && guard.isFor(method) && !this.#isLoginPage(paths);
    const own = isOwn ? guard : undefined;
    const asked: Asked = new Map();
    if (own && !own.isPublic) asked.set(own, [paths.page]);
    if (own) judgement?.looksAt(paths.page, own);
    for (const path of own ? paths.others : paths.all) {
      const isLogin = this.isLoginPath(paths.isPage(path) ? paths.page : path);
      const isOpen = isLogin || this.#isErrorPageItself(path, routePattern);
      const rule = isOpen
        ? undefined
        : (this.rules.findFirst(paths.namesOf(path), method) ?? this.#unlisted(path, paths, own));
      if (rule) asked.set(rule, [...(asked.get(rule) ?? []), path]);
      judgement?.looksAt(path, isLogin ? 'loginPath' : rule);
    }
    return asked;
  }

  /** What is asked of paths where the rule that hides them is taken away: the same as where nothing is. */
  behindHidden(hidden: readonly string[], paths: GuardedPaths, method: string): Asked {
    const asked: Asked = new Map();
    for (const path of hidden) {
      const shown = paths.namesOf(path).map((name) => this.rules.findShown(name, method));
      const rules = shown.some((rule) => rule) ? shown : [this.#unlisted(path, paths, undefined)];
      for (const rule of rules) if (rule) asked.set(rule, [...(asked.get(rule) ?? []), path]);
    }
    return asked;
  }

  /** What only reports whom it would refuse. */
  reportOnly(paths: GuardedPaths, method: string, guard: PageGuard | undefined): ReadonlySet<Demand> {
    if (!this.rules.reports && guard?.enforces !== false) return NONE;
    const rules = paths.names.map((name) => this.rules.findReportOnly(name, method));
    const own = guard && !guard.enforces && guard.isFor(method) ? guard : undefined;
    return new Set([own, ...rules].filter((demand) => demand !== undefined));
  }

  /** It is open, whatever its own guard says: whoever is to sign in, or to sign in again, sends a form there. */
  #isLoginPage({ page, others, action }: GuardedPaths): boolean {
    return this.isLoginPath(page) && others.every((path) => path === action);
  }

  #isErrorPageItself(path: string, routePattern: string): boolean {
    return this.config.errorPages.has(routePattern) && normalized(path) === normalized(routePattern);
  }

  #unlisted(path: string, paths: GuardedPaths, own: PageGuard | undefined): AccessRule | undefined {
    return this.config.globalProtect && !this.#isOpen(path, paths, own) ? this.rules.signedIn : undefined;
  }

  /**
   * Whether `globalProtect` leaves a path alone: an action stands for itself, any other for the page. What was rewritten
   * is protected as what it became; rules alone are asked about the path of before.
   */
  #isOpen(path: string, paths: GuardedPaths, own: PageGuard | undefined): boolean {
    if (path === paths.original || (own && path !== paths.action)) return true;
    return paths.spellingsOf(path).some((name) => this.config.isExcluded(name));
  }
}
