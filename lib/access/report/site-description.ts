import type { SegmentMatcher } from '../paths/path-pattern.js';

/** A rule as a report needs it: of the config, or of the setup module. */
export interface DescribedRule {
  readonly pattern: string;
  readonly methods?: readonly string[] | undefined;
  readonly enforce: boolean;
  /** Whether a page that it refuses looks as if it were not there. */
  readonly hides: boolean;
  /** What it asks of a visitor, in words; `everybody` when it asks nothing. */
  readonly demand: string;
  /** Where it sends those whom it refuses, where it says so. */
  readonly redirectTo?: string | undefined;
  /** Whether a function alone decides, which may let guests in. */
  readonly mayAdmitGuests?: boolean | undefined;
  /** Whether whoever it refuses on one page is refused on every other. */
  readonly isSameEverywhere?: boolean | undefined;
  /** The whole rule in words. */
  readonly text: string;
  /** Where it is written: `protect[3] of astro.config`. */
  readonly place: string;
}

/** What a page's own file says of who may see it. */
export interface DescribedGuard {
  /** Whom it admits, in words. */
  readonly who: string;
  readonly isPublic: boolean;
  /** Whether visitors who are signed in are sent home. */
  readonly isForGuestsOnly?: boolean | undefined;
  /** Whether it only says whom it would refuse, and the rules decide. */
  readonly isReportOnly?: boolean | undefined;
  /** Whether a page that it refuses looks as if it were not there. */
  readonly hides?: boolean | undefined;
  /** The methods it is for; `undefined` for all. */
  readonly methods?: readonly string[] | undefined;
}

/** A route of the site. */
export interface DescribedRoute {
  readonly kind: 'page' | 'endpoint' | 'redirect';
  readonly pattern: string;
  readonly segments: readonly SegmentMatcher[];
  /** From the project's root; none for what Astro itself serves. */
  readonly file?: string | undefined;
  readonly isPrerendered: boolean;
  /** Whether it is shown in place of what is not there, or has failed: see ErrorPages. */
  readonly isErrorPage?: boolean | undefined;
  readonly guard?: DescribedGuard | undefined;
  /** Under which further paths the page is shown for want of a translation. */
  readonly fallbacks: readonly Pick<DescribedRoute, 'pattern' | 'segments'>[];
}

/** A server island. */
export interface DescribedIsland {
  /** From the project's root. */
  readonly file: string;
  /** All that rules may call it; its own name first. */
  readonly names: readonly string[];
}

/** A file of the public folder. */
export interface DescribedFile {
  readonly path: string;
  /** From the project's root. */
  readonly file: string;
}

/** Everything there is to be seen at a site, and all that says who may. Paths are written without the site's base. */
export interface SiteDescription {
  readonly routes: readonly DescribedRoute[];
  /** In the order in which they are asked. */
  readonly rules: readonly DescribedRule[];
  /** Names of actions; `undefined` when they could not be found out. */
  readonly actions: readonly string[] | undefined;
  readonly islands: readonly DescribedIsland[];
  readonly publicFiles: readonly DescribedFile[];
  readonly globalProtect: boolean;
  readonly exclude: readonly string[];
  readonly loginPath: string;
  readonly forbiddenPath?: string | undefined;
  readonly enforce: boolean;
  /** Code of the project's own that may answer where no route is, from its root; `undefined` when there is none. */
  readonly answersItself?: string | undefined;
  /** The site's base without a slash at its end; left out for none. */
  readonly base?: string | undefined;
}
