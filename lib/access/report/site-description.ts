import type { AccessRule } from '../access-rule.js';
import type { Exclusion } from '../guard/guard-config.js';
import type { SegmentMatcher } from '../paths/path-pattern.js';
import type { ForbiddenPage } from '../refusal/forbidden-page.js';

/** A rule of astro.config or of the setup module, as the report needs it. */
export interface DescribedRule {
  readonly pattern: string;
  readonly methods?: readonly string[] | undefined;
  readonly enforce: boolean;
  /** True when a refused page looks as if it did not exist. */
  readonly hides: boolean;
  /** The requirement in words; `everybody` when there is none. */
  readonly demand: string;
  /** The page to which refused visitors are redirected, if the rule names one. */
  readonly redirectTo?: string | undefined;
  /** The page for signed-in visitors whom it refuses, if the rule names one. */
  readonly forbiddenPage?: ForbiddenPage | undefined;
  /** Set when guests may be let in: by a public rule, or by a function that decides alone. */
  readonly mayAdmitGuests?: boolean | undefined;
  /** Set when a visitor who is refused on one page is refused on every other. */
  readonly isSameEverywhere?: boolean | undefined;
  /** The whole rule in words. */
  readonly text: string;
  /** The place where it is written: `protect[3] of astro.config`. */
  readonly place: string;
}

/** The guard that a page's own file declares. */
export interface DescribedGuard {
  /** The visitors whom it lets in, in words. */
  readonly who: string;
  readonly isPublic: boolean;
  /** The methods that everybody may use, when others are for some visitors. */
  readonly publicFor?: readonly string[] | undefined;
  /** Set when signed-in visitors are redirected to the home page. */
  readonly isForGuestsOnly?: boolean | undefined;
  /** Set when it only logs whom it would refuse, and the rules decide. */
  readonly isReportOnly?: boolean | undefined;
  /** Set when a refused page looks as if it did not exist. */
  readonly hides?: boolean | undefined;
  /** The methods that it applies to; `undefined` for all. */
  readonly methods?: readonly string[] | undefined;
}

/** A route of the site. */
export interface DescribedRoute {
  readonly kind: 'page' | 'endpoint' | 'redirect';
  readonly pattern: string;
  readonly segments: readonly SegmentMatcher[];
  /** Relative to the project's root; `undefined` for routes of Astro itself. */
  readonly file?: string | undefined;
  readonly isPrerendered: boolean;
  /** Set for a page that is shown when a page is missing or has failed: see ErrorPages. */
  readonly isErrorPage?: boolean | undefined;
  readonly guard?: DescribedGuard | undefined;
  /** Further paths at which the page is shown because a translation is missing. */
  readonly fallbacks: readonly Pick<DescribedRoute, 'pattern' | 'segments'>[];
}

/** A server island. */
export interface DescribedIsland {
  /** Relative to the project's root. */
  readonly file: string;
  /** All names that rules may use for it; its own name first. */
  readonly names: readonly string[];
}

/** A file of the public folder. */
export interface DescribedFile {
  readonly path: string;
  /** Relative to the project's root. */
  readonly file: string;
}

/** Everything that a site serves, and everything that protects it. Paths are written without the site's base. */
export interface SiteDescription {
  readonly routes: readonly DescribedRoute[];
  /** In the order in which they are checked. */
  readonly rules: readonly DescribedRule[];
  /** Names of actions; `undefined` when they could not be determined. */
  readonly actions: readonly string[] | undefined;
  readonly islands: readonly DescribedIsland[];
  readonly publicFiles: readonly DescribedFile[];
  readonly globalProtect: boolean;
  readonly exclude: readonly Exclusion[];
  /** The pages where visitors sign in, also in each language. */
  readonly loginPaths: readonly string[];
  readonly forbiddenPage?: ForbiddenPage | undefined;
  readonly enforce: boolean;
  /**
   * File of the project's own code that may answer where no route exists, relative to the root; `undefined` when there
   * is none.
   */
  readonly answersItself?: string | undefined;
  /** The site's base without a trailing slash; `undefined` for none. */
  readonly base?: string | undefined;
}

/** Returns a rule as plain data. */
export function describeRule(rule: AccessRule): Omit<DescribedRule, 'place'> {
  const { pattern, methods, enforce, demand, status, redirectTo, forbiddenPage } = rule;
  const { allow, asksByFunctionAlone, isPublic } = rule;
  return {
    pattern,
    methods,
    enforce,
    hides: status === 404,
    demand,
    text: `${rule}`,
    redirectTo,
    forbiddenPage,
    mayAdmitGuests: asksByFunctionAlone || isPublic,
    // A function with access to the request may decide differently on another page.
    isSameEverywhere: allow === undefined || !asksByFunctionAlone || isWithoutRequest(allow),
  };
}

function isWithoutRequest(allow: NonNullable<AccessRule['allow']>): boolean {
  return allow.length < 2 && !/\barguments\b|\.\.\.|,|=(?!>)/.test(`${allow}`.split('=>', 1)[0] ?? '');
}
