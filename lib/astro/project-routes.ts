import type { GuardLoader } from '../access/page-guards.js';
import type { IslandNames } from './build-channel.js';
import { checkGuard } from './options.js';

/** Of server islands, as Astro writes it. */
export const ISLAND_ROUTE = '/_server-islands/[name]';

/** What is to be known of the project's routes while it is served. */
export interface ProjectRoutes {
  /** Patterns of the routes that are not pages. */
  readonly endpoints: ReadonlySet<string>;
  /** Patterns of the routes that have no parameters. */
  readonly fixedPaths: ReadonlySet<string>;
  readonly islands: () => Promise<IslandNames>;
  /** Patterns of the 404 pages that are shown, each with whether it is a file that was made once for everybody. */
  readonly notFoundPages: ReadonlyMap<string, boolean>;
  /** Languages in which a development server, having found no page, may yet show that of another language. */
  readonly rewrittenLanguages: ReadonlySet<string>;
  /** Whether a page may have a guard that hides it. */
  readonly pagesMayHide: boolean;
  /** Pages and endpoints whose files may export a guard. */
  readonly pages: readonly PageModule[];
}

/** A page's or an endpoint's own file. */
export interface PageModule {
  /** The route it is served under, as Astro writes it. */
  readonly pattern: string;
  /** From the project's root. */
  readonly file: string;
  /** Whether it looked as if it exported a guard when it was last listed. */
  readonly mayHaveGuard: boolean;
  /** Gives what it exports as `guard`; `undefined` when it exports nothing of that name. */
  readonly load: () => Promise<{ readonly guard: unknown } | undefined>;
}

/**
 * What loads and checks the guard of a route.
 *
 * @param routesNow Where routes come and go: gives them as they are at that moment.
 */
export function guardLoader({ pages }: ProjectRoutes, routesNow?: () => Promise<ProjectRoutes>): GuardLoader {
  const known = byPattern(pages);
  return async (routePattern) => {
    const page = (routesNow ? byPattern((await routesNow()).pages) : known).get(routePattern);
    const exported = await page?.load();
    return page && exported && checkGuard(exported.guard, page.file);
  };
}

/** The routes whose pages may have a guard, as far as their files tell. */
export function guardedRoutes({ pages }: ProjectRoutes): string[] {
  return pages.filter(({ mayHaveGuard }) => mayHaveGuard).map(({ pattern }) => pattern);
}

function byPattern(pages: readonly PageModule[]): ReadonlyMap<string, PageModule> {
  return new Map(pages.map((page) => [page.pattern, page]));
}
