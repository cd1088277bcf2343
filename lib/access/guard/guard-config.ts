import { withoutTrailingSlash } from '../../base/text.js';
import type { AccessRuleOptions } from '../access-rule.js';
import { MethodIndex } from '../paths/method-index.js';
import { PathPattern } from '../paths/path-pattern.js';
import { ErrorPages, type Locale } from '../paths/special-paths.js';
import { type ForbiddenPage, type ForbiddenPath, forbiddenPage } from '../refusal/forbidden-page.js';
import { type HasPage, LanguagePages } from '../refusal/language-pages.js';
import { LoginPages, type LoginPath } from '../refusal/login-pages.js';
import type { RoutePath, RoutePattern } from '../route-types.js';

/** An entry of `exclude`: a pattern of paths, for every method or for some. */
export type Exclusion = RoutePattern | ExclusionForMethods;

/** An entry of `exclude` for some methods; with every other method its paths are protected. */
export interface ExclusionForMethods {
  readonly pattern: RoutePattern;
  /** `GET` includes `HEAD`. */
  readonly methods: readonly string[];
}

/** Options of the guard: rules, where refused visitors are sent, and protection without a rule. Paths are written without the site's base. */
export interface GuardOptions {
  /** The rules. The first one that matches a page decides. */
  protect?: readonly AccessRuleOptions[] | undefined;
  /**
   * The page where visitors sign in; guests who are refused are sent there. Several pages by pattern: the first that
   * matches decides, and `/login` where none does. Default `/login`.
   */
  loginPath?: LoginPath | undefined;
  /** With `globalProtect`: the page that signed-in visitors are sent to when they open the login page. Default `/`. */
  homePath?: RoutePath | undefined;
  /**
   * The page that signed-in visitors are sent to when they are refused; `{ render: '/no-entry' }` shows the page at the
   * address that they opened, with status 403. Default: the login page.
   */
  forbiddenPath?: ForbiddenPath | undefined;
  /** Requires a signed-in visitor wherever no rule matches, for endpoints and actions as well. Default `false`. */
  globalProtect?: boolean | undefined;
  /**
   * Patterns of paths that `globalProtect` leaves alone: `['/health', { pattern: '/api/webhooks/**', methods: ['POST'] }]`.
   * Without `globalProtect` they are an error.
   */
  exclude?: readonly Exclusion[] | undefined;
  /** `false` admits every visitor and logs whom rules and page guards would have refused. Default `true`. */
  enforce?: boolean | undefined;
  /** Logs every decision. Default `false`. */
  debug?: boolean | undefined;
}

/** The options of astro.config that concern addresses. */
export interface GuardedSite {
  readonly base?: string;
  readonly trailingSlash?: string;
  /** `i18n.locales`. */
  readonly locales?: readonly Locale[];
  /** Checks whether the site has a page in a language. */
  readonly hasPage?: HasPage | undefined;
}

/** {@link GuardOptions} with their defaults, and the options of the site. */
export class GuardConfig {
  readonly protect: readonly AccessRuleOptions[];
  /** The page where visitors sign in, if only one is set; otherwise the one for addresses that no pattern matches. */
  readonly loginPath: string;
  readonly loginPages: LoginPages;
  readonly homePath: string;
  readonly forbiddenPath: string | undefined;
  readonly forbiddenPage: ForbiddenPage | undefined;
  readonly globalProtect: boolean;
  readonly enforce: boolean;
  readonly debug: boolean;
  /** The site's base without a slash at its end; empty when the site is served at the root. */
  readonly base: string;
  readonly errorPages: ErrorPages;
  readonly #trailingSlash: string | undefined;
  readonly #excluded: MethodIndex<{ path: PathPattern; methods: readonly string[] | undefined }>;
  readonly #languages: LanguagePages;

  constructor(options: GuardOptions = {}, site: GuardedSite = {}) {
    this.protect = options.protect ?? [];
    this.homePath = options.homePath ?? '/';
    this.forbiddenPage = forbiddenPage(options.forbiddenPath);
    this.forbiddenPath = this.forbiddenPage?.path;
    this.globalProtect = options.globalProtect ?? false;
    this.enforce = options.enforce ?? true;
    this.debug = options.debug ?? false;
    this.base = withoutTrailingSlash(site.base ?? '');
    this.errorPages = new ErrorPages(site.locales);
    this.#languages = new LanguagePages(this.errorPages, site.hasPage ?? (() => false));
    this.loginPages = new LoginPages(options.loginPath, this.#languages);
    this.loginPath = this.loginPages.for('/');
    this.#trailingSlash = site.trailingSlash;
    this.#excluded = new MethodIndex(
      (options.exclude ?? [])
        .map(exclusionOf)
        .map(({ pattern, methods }) => ({ path: new PathPattern(pattern), methods })),
    );
  }

  /** Checks whether `globalProtect` leaves requests to a path alone. @param method In capitals. */
  isExcluded(path: string, method: string): boolean {
    return this.#excluded.matches(path, method, false);
  }

  /** Returns what protects a page without a rule that is opened: `globalProtect`, but for the login page and excluded paths. */
  globalProtectOver(path: string): 'globalProtect' | undefined {
    const isOpen = this.loginPages.has(path) || this.isExcluded(path, 'GET');
    return this.globalProtect && !isOpen ? 'globalProtect' : undefined;
  }

  /** Returns a page in the language of an address, if the site has it in that language. */
  inLanguageOf(address: string, page: string): string {
    return this.#languages.fitted(page, address);
  }

  /** Returns the page to which signed-in visitors of a page for guests are sent. */
  homeFor(address: string): string {
    return this.inLanguageOf(address, this.homePath);
  }

  /** Adds the site's base to a path from the application's code, unless the path has it. */
  withBase(path: string): string {
    const [pathname = ''] = path.split(/[?#]/, 1);
    const isWhole = !path.startsWith('/') || pathname === this.base || pathname.startsWith(`${this.base}/`);
    return isWhole ? path : this.base + path;
  }

  /** Turns a path of the options into a location for the browser. Addresses of other sites stay as they are. */
  toLocation(path: string): string {
    if (!path.startsWith('/')) return path;
    const [, pathname = path, rest = ''] = /^([^?#]*)(.*)$/s.exec(path) ?? [];
    return this.#withSlashAsConfigured(this.base + pathname) + rest;
  }

  #withSlashAsConfigured(pathname: string): string {
    if (this.#trailingSlash === 'always') return pathname.endsWith('/') ? pathname : `${pathname}/`;
    return this.#trailingSlash === 'never' && pathname !== '/' ? pathname.replace(/\/$/, '') : pathname;
  }
}

/** Returns an entry of `exclude` in its long form. */
export function exclusionOf(entry: Exclusion): {
  readonly pattern: string;
  readonly methods: readonly string[] | undefined;
} {
  return typeof entry === 'string' ? { pattern: entry, methods: undefined } : (entry as ExclusionForMethods);
}
