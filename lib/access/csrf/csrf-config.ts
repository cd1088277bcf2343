import { withoutTrailingSlash } from '../../base/text.js';
import type { GuardedPaths } from '../paths/guarded-paths.js';
import { PathIndex } from '../paths/path-index.js';
import { ErrorPages, islandPath, type Locale } from '../paths/special-paths.js';
import type { RoutePattern } from '../route-types.js';
import { CredentialHeaders } from './credential-headers.js';
import { type AllowedDomain, SiteOrigins } from './site-origins.js';
import { TrustedOrigins } from './trusted-origins.js';

/** Options of the protection against forged requests. Paths are written without the base. */
export interface CsrfOptions {
  /**
   * Patterns of paths that other sites and programs may send to, for example webhooks. Requests to these are not
   * checked.
   */
  except?: readonly RoutePattern[] | undefined;
  /**
   * Origins of other sites and of apps whose pages may send requests as the site's own pages do, and to which
   * `safeReturnTo` may lead: `['https://app.example.com', 'capacitor://localhost']`.
   */
  trustedOrigins?: readonly string[] | undefined;
  /**
   * Patterns of the paths to which forms and scripts send requests that also require a token; `true` for all. Default:
   * none.
   */
  requireToken?: boolean | readonly RoutePattern[] | undefined;
  /**
   * Headers other than `Authorization` with which programs identify themselves: `['X-API-Key']`. A request with such
   * credentials, and without a cookie of this application, is not checked. `false` checks it, with `Authorization` too: set
   * it behind a proxy that adds `Authorization` to the requests of visitors whom it has signed in. Default `[]`.
   */
  credentialHeaders?: readonly string[] | false | undefined;
}

/** The site's settings that complete {@link CsrfOptions}. */
export interface CsrfSite {
  /** `security.allowedDomains` of astro.config. */
  readonly allowedDomains?: readonly AllowedDomain[] | undefined;
  /** The site's base, without a trailing slash. */
  readonly base?: string | undefined;
  /** `i18n.locales` of astro.config. */
  readonly locales?: readonly Locale[] | undefined;
  /** The names with which the cookies of this application begin. Without them every cookie counts as one. */
  readonly cookieNames?: readonly string[] | undefined;
  /** Set to log every refusal. */
  readonly explains?: boolean | undefined;
}

/** The resolved {@link CsrfOptions}, with the site's settings. */
export class CsrfConfig {
  readonly isOn: boolean;
  /** True when at least one path requires a token. */
  readonly usesTokens: boolean;
  /** True when every path requires a token. */
  readonly usesTokensEverywhere: boolean;
  readonly origins: SiteOrigins;
  readonly trusted: TrustedOrigins;
  readonly credentials: CredentialHeaders;
  readonly base: string;
  readonly errorPages: ErrorPages;
  readonly explains: boolean;
  readonly #excepted: PathIndex;
  readonly #withToken: PathIndex;

  /** @param given The option `csrf`; `false` switches the protection off. */
  constructor(given: boolean | CsrfOptions = true, site: CsrfSite = {}) {
    const {
      except = [],
      requireToken = false,
      trustedOrigins,
      credentialHeaders,
    } = typeof given === 'object' ? given : {};
    const withToken = typeof requireToken === 'boolean' ? [] : requireToken;
    this.isOn = given !== false;
    this.usesTokensEverywhere = this.isOn && requireToken === true;
    this.usesTokens = this.isOn && (requireToken === true || withToken.length > 0);
    this.trusted = new TrustedOrigins(trustedOrigins);
    this.origins = new SiteOrigins(site.allowedDomains, this.trusted);
    this.credentials = new CredentialHeaders(credentialHeaders, site.cookieNames);
    this.base = withoutTrailingSlash(site.base ?? '');
    this.errorPages = new ErrorPages(site.locales);
    this.explains = site.explains ?? false;
    this.#excepted = PathIndex.of(except);
    this.#withToken = PathIndex.of(withToken);
  }

  /**
   * Checks whether a request is exempt. Because that is a permission, every path under which the request may be served
   * must be listed.
   */
  excepts(paths: GuardedPaths): boolean {
    return paths.every((path) => this.#excepted.matches(path, false));
  }

  /**
   * Checks whether a request requires a token. One of the paths under which it may be served is enough. A request whose
   * path cannot be read requires one if any path does. Islands do not, because they only render, and Astro sends no
   * token for them.
   */
  asksForToken(paths: GuardedPaths | undefined): boolean {
    if (!this.usesTokens) return false;
    if (!paths || paths.all.some((path) => this.#withToken.matches(path, true))) return true;
    return this.usesTokensEverywhere && !paths.every((path) => path.startsWith(islandPath('')));
  }
}
