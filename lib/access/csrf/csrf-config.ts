import type { GuardedPaths } from '../paths/guarded-paths.js';
import { PathIndex } from '../paths/path-index.js';
import { PathPattern } from '../paths/path-pattern.js';
import { ErrorPages, islandPath, type Locale } from '../paths/special-paths.js';
import type { RoutePattern } from '../route-types.js';
import { type AllowedDomain, SiteOrigins } from './site-origins.js';

/** What other sites may send, and what is asked for beside a request's origin. Paths are written without the base. */
export interface CsrfOptions {
  /** Patterns of what other sites and programs may send to: webhooks, for instance. Nothing at all is asked of these. */
  except?: readonly RoutePattern[] | undefined;
  /** What must carry a token as well: patterns, or `true` for everything. Default: nothing. */
  requireToken?: boolean | readonly RoutePattern[] | undefined;
}

/** What the site adds to {@link CsrfOptions}. */
export interface CsrfSite {
  /** `security.allowedDomains` of astro.config. */
  readonly allowedDomains?: readonly AllowedDomain[] | undefined;
  /** Without a slash at its end. */
  readonly base?: string | undefined;
  /** `i18n.locales` of astro.config. */
  readonly locales?: readonly Locale[] | undefined;
  /** Whether every refusal is logged. */
  readonly explains?: boolean | undefined;
}

/** {@link CsrfOptions} settled, with what the site adds. */
export class CsrfConfig {
  readonly isOn: boolean;
  /** Whether anything at all must carry a token. */
  readonly usesTokens: boolean;
  readonly origins: SiteOrigins;
  readonly base: string;
  readonly errorPages: ErrorPages;
  readonly explains: boolean;
  readonly #excepted: PathIndex;
  readonly #withToken: PathIndex;
  readonly #everythingWithToken: boolean;

  /** @param given `false` switches all of it off. */
  constructor(given: boolean | CsrfOptions = true, site: CsrfSite = {}) {
    const { except = [], requireToken = false } = typeof given === 'object' ? given : {};
    const withToken = typeof requireToken === 'boolean' ? [] : requireToken;
    this.isOn = given !== false;
    this.#everythingWithToken = requireToken === true;
    this.usesTokens = this.isOn && (this.#everythingWithToken || withToken.length > 0);
    this.origins = new SiteOrigins(site.allowedDomains);
    this.base = (site.base ?? '').replace(/\/+$/, '');
    this.errorPages = new ErrorPages(site.locales);
    this.explains = site.explains ?? false;
    this.#excepted = indexOf(except);
    this.#withToken = indexOf(withToken);
  }

  /** Whether anybody may send this request. It opens something, and so must hold for all that it can be taken for. */
  excepts(paths: GuardedPaths): boolean {
    return paths.every((path) => this.#excepted.matches(path, false));
  }

  /**
   * Whether a request must carry a token. One that stands for several things must do so if any of them must; what
   * cannot be read stands for everything. Islands only show something, and Astro sends no token for them.
   */
  asksForToken(paths: GuardedPaths | undefined): boolean {
    if (!this.usesTokens) return false;
    if (!paths || paths.all.some((path) => this.#withToken.matches(path, true))) return true;
    return this.#everythingWithToken && !paths.every((path) => path.startsWith(islandPath('')));
  }
}

function indexOf(patterns: readonly string[]): PathIndex {
  return new PathIndex(patterns.map((pattern) => new PathPattern(pattern)));
}
