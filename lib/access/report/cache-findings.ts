import type { SegmentMatcher } from '../paths/path-pattern.js';
import { overlaps } from '../paths/pattern-sets.js';
import { actionPath } from '../paths/special-paths.js';
import { EVERYBODY, literalSegments, PathProtection, type Subject } from './path-protection.js';
import type { DescribedRoute, SiteDescription } from './site-description.js';

/** A protected route that a cache would answer. */
export interface CachedRoute {
  readonly route: string;
  /** The rule, guard or option that protects it. */
  readonly protectedBy: string;
  /** The key in `routeRules`. */
  readonly entry: string;
}

/** Finds protected routes that would be answered from a cache. */
export class CacheFindings {
  constructor(
    private readonly site: SiteDescription,
    private readonly protection = new PathProtection(site),
  ) {}

  /** @param entries Keys of `routeRules` that enable caching, with their segments. */
  inRouteRules(entries: ReadonlyMap<string, readonly SegmentMatcher[]>): CachedRoute[] {
    const routes = this.site.routes.filter(({ kind, isPrerendered }) => kind !== 'redirect' && !isPrerendered);
    return routes.flatMap((route) =>
      [...entries].flatMap(([entry, segments]) => {
        const protectedBy = overlaps(segments, route.segments) ? this.#protectorOfCached(route, segments) : undefined;
        return protectedBy ? [{ route: route.pattern, protectedBy, entry }] : [];
      }),
    );
  }

  /**
   * Finds routes that a host answers from a cache before any middleware runs, although they are protected. A cache may
   * match a path with different upper and lower case than the exclusion of a single page, so routes with parameters
   * count as a whole.
   *
   * @param patterns The patterns of the routes that the cache answers.
   */
  inFront(patterns: ReadonlySet<string>): Omit<CachedRoute, 'entry'>[] {
    const { routes, loginPaths, actions } = this.site;
    const asks = (subject: Subject) => this.protection.demandsOn(subject).find(({ who }) => asksForVisitor(who));
    const found = routes.flatMap((route) => {
      const { pattern, kind, segments, guard, file, isPrerendered, fallbacks } = route;
      if (kind === 'redirect' || isPrerendered) return [];
      const all = [{ pattern, segments }, ...fallbacks].filter((each) => patterns.has(each.pattern));
      return all.flatMap((each) => {
        const demand = asks({ segments: each.segments, guard, file });
        if (demand) return [{ route: each.pattern, protectedBy: `${demand.by} (${demand.who})` }];
        // Astro maps other spellings of that page's address to the page; the cache in front maps them to this route.
        const guarded = routes.find((one) => one.guard && one !== route && overlaps(one.segments, each.segments));
        const own = guarded && asks(guarded);
        if (own)
          return [{ route: each.pattern, protectedBy: `${own.by} (${own.who}), by other spellings of its path` }];
        const isLogin = loginPaths.some((path) =>
          overlaps(each.segments, literalSegments(path.replace(/[?#].*$/s, ''))),
        );
        return isLogin && this.#asksAnything
          ? [{ route: each.pattern, protectedBy: 'loginPath, which answers each visitor alone' }]
          : [];
      });
    });
    const isAction = (pattern: string) => pattern.startsWith(actionPath('').slice(0, -1));
    const action = [...patterns].find(isAction);
    const named = (actions ?? []).map((name) => asks({ segments: literalSegments(actionPath(name)), method: 'POST' }));
    const demand = named.find((each) => each !== undefined);
    return action && demand ? [...found, { route: action, protectedBy: `${demand.by} (${demand.who})` }] : found;
  }

  get #asksAnything(): boolean {
    const { rules, routes, globalProtect } = this.site;
    return globalProtect || rules.length > 0 || routes.some(({ guard }) => guard !== undefined);
  }

  #protectorOfCached(route: DescribedRoute, cached: readonly SegmentMatcher[]): string | undefined {
    const rule = (place: string) => this.protection.rules.find((one) => one.rule.place === place);
    // Caches answer GET, and HEAD as GET.
    return this.protection
      .demandsOn({ ...route, method: 'GET' })
      .filter(({ who }) => asksForVisitor(who))
      .map(({ by, who }) => ({ by: rule(by), text: `${by} (${who})` }))
      .find(({ by }) => !by || overlaps(by.segments, cached))?.text;
  }
}

function asksForVisitor(who: string): boolean {
  return !who.startsWith(EVERYBODY) && !who.startsWith('would be');
}
