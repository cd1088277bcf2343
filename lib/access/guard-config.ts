import type { AccessRuleOptions } from './access-rule.js';
import { PathIndex } from './paths/path-index.js';
import { PathPattern } from './paths/path-pattern.js';
import { ErrorPages, type Locale } from './paths/special-paths.js';
import type { RoutePath, RoutePattern } from './route-types.js';

/** Where refused visitors go, and what is protected without a rule. Paths are written without the site's base. */
export interface GuardOptions {
  /** Rules; the first one that matches a page decides. */
  protect?: readonly AccessRuleOptions[] | undefined;
  /** Where a visitor who is not signed in goes. Default `/login`. */
  loginPath?: RoutePath | undefined;
  /** With `globalProtect`: where a signed-in visitor goes who opens the login page. Default `/`. */
  homePath?: RoutePath | undefined;
  /** Where a signed-in visitor goes who may not see a page. Default: the login page. */
  forbiddenPath?: RoutePath | undefined;
  /** Whether everything that no rule names, endpoints and actions too, asks for a signed-in visitor. Default `false`. */
  globalProtect?: boolean | undefined;
  /** Patterns that `globalProtect` leaves alone; an error without it. */
  exclude?: readonly RoutePattern[] | undefined;
  /** `false` lets everybody pass and logs whom rules and page guards would have refused. Default `true`. */
  enforce?: boolean | undefined;
  /** Whether every decision is logged. Default `false`. */
  debug?: boolean | undefined;
}

/** What astro.config says of addresses. */
export interface GuardedSite {
  readonly base?: string;
  readonly trailingSlash?: string;
  /** `i18n.locales`. */
  readonly locales?: readonly Locale[];
}

/** {@link GuardOptions} settled, with what the site adds. */
export class GuardConfig {
  readonly protect: readonly AccessRuleOptions[];
  readonly loginPath: string;
  readonly homePath: string;
  readonly forbiddenPath: string | undefined;
  readonly globalProtect: boolean;
  readonly enforce: boolean;
  readonly debug: boolean;
  /** Without a slash at its end; empty when the site stands at the root. */
  readonly base: string;
  readonly errorPages: ErrorPages;
  readonly #trailingSlash: string | undefined;
  readonly #excluded: PathIndex;

  constructor(options: GuardOptions = {}, site: GuardedSite = {}) {
    this.protect = options.protect ?? [];
    this.loginPath = options.loginPath ?? '/login';
    this.homePath = options.homePath ?? '/';
    this.forbiddenPath = options.forbiddenPath;
    this.globalProtect = options.globalProtect ?? false;
    this.enforce = options.enforce ?? true;
    this.debug = options.debug ?? false;
    this.base = (site.base ?? '').replace(/\/+$/, '');
    this.errorPages = new ErrorPages(site.locales);
    this.#trailingSlash = site.trailingSlash;
    this.#excluded = new PathIndex((options.exclude ?? []).map((pattern) => new PathPattern(pattern)));
  }

  isExcluded(path: string): boolean {
    return this.#excluded.matches(path, false);
  }

  /** What protects a page that no rule names: the login page is for everybody. */
  globalProtectOver(path: string): 'globalProtect' | undefined {
    const isOpen = path === this.loginPath || this.isExcluded(path);
    return this.globalProtect && !isOpen ? 'globalProtect' : undefined;
  }

  /** A path that code of the application names, with or without the site's base, as the browser is to see it. */
  withBase(path: string): string {
    const [pathname = ''] = path.split(/[?#]/, 1);
    const isWhole = !path.startsWith('/') || pathname === this.base || pathname.startsWith(`${this.base}/`);
    return isWhole ? path : this.base + path;
  }

  /** A path of the options as the browser is to see it. Addresses of other sites stay as they are. */
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
