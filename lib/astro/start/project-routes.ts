import type { GuardLoader } from '../../access/guard/page-guard.js';
import type { RouteRow } from '../../access/pages/route-table.js';
import { checkGuard } from '../options/options.js';
import type { IslandNames } from '../report/build-channel.js';

/** The route of server islands, as Astro writes it. */
export const ISLAND_ROUTE = '/_server-islands/[name]';

/** The facts about the project's routes that requests need. */
export interface ProjectRoutes {
  /** Patterns of the routes that are not pages. */
  readonly endpoints: ReadonlySet<string>;
  /** Endpoints that may have a function for `OPTIONS` alone, by pattern: each loads its file and checks it. */
  readonly optionsHandlers: ReadonlyMap<string, () => Promise<boolean>>;
  /** Patterns of the routes that have no parameters. */
  readonly fixedPaths: ReadonlySet<string>;
  /** Paths of the pages in a language; with `*` in place of the language, where a parameter stands for any. */
  readonly languagePages: ReadonlySet<string>;
  readonly islands: () => Promise<IslandNames>;
  /** Patterns of the 404 pages that may be shown, each with whether it is prerendered. */
  readonly notFoundPages: ReadonlyMap<string, boolean>;
  /** Statuses with an error page that is rendered for the request, in whatever language. */
  readonly renderedErrors: ReadonlySet<number>;
  /** Languages for which a development server that found no page may still show that of another language. */
  readonly rewrittenLanguages: ReadonlySet<string>;
  /** All routes, the one that Astro tries first in front. */
  readonly table: readonly RouteRow[];
  /** True when a page may have a guard that hides it. */
  readonly pagesMayHide: boolean;
  /** Pages and endpoints whose files may export a guard. */
  readonly pages: readonly PageModule[];
}

/** The file of a page or an endpoint. */
export interface PageModule {
  /** The route at which it is served, as Astro writes it. */
  readonly pattern: string;
  /** Relative to the project's root. */
  readonly file: string;
  /** True when its source seemed to export a guard, at the last listing. */
  readonly mayHaveGuard: boolean;
  /** Imports its export `guard`; returns `undefined` when it has none. */
  readonly load: () => Promise<{ readonly guard: unknown } | undefined>;
}

/**
 * Returns a function that loads and checks the guard of a route.
 *
 * @param routesNow Returns the current routes, where routes may be added and removed.
 */
export function guardLoader({ pages }: ProjectRoutes, routesNow?: () => Promise<ProjectRoutes>): GuardLoader {
  const known = byPattern(pages);
  return async (routePattern) => {
    const page = (routesNow ? byPattern((await routesNow()).pages) : known).get(routePattern);
    const exported = await page?.load();
    return page && exported && checkGuard(exported.guard, page.file);
  };
}

/** Returns the routes whose pages may have a guard, judging by their source. */
export function guardedRoutes({ pages }: ProjectRoutes): string[] {
  return pages.filter(({ mayHaveGuard }) => mayHaveGuard).map(({ pattern }) => pattern);
}

function byPattern(pages: readonly PageModule[]): ReadonlyMap<string, PageModule> {
  return new Map(pages.map((page) => [page.pattern, page]));
}
