import { actionPath, islandPath } from '../internal-path.js';
import { overlaps } from '../path-overlap.js';
import type { SegmentMatcher } from '../path-pattern.js';
import { EVERYBODY, literalSegments, PathProtection } from './path-protection.js';
import type { DescribedGuard, DescribedRoute, DescribedRule, SiteDescription } from './site-description.js';

/** Something that is to be protected and is served as a file, without asking anybody. */
export interface Unguarded {
  readonly path: string;
  readonly file: string;
  readonly protectedBy: string;
}

/** Something that is protected and stands in the way of a cache. */
export interface CachedRoute {
  readonly route: string;
  /** What protects it. */
  readonly protectedBy: string;
  /** The key in `routeRules`. */
  readonly entry: string;
}

const SOME_ACTION: readonly SegmentMatcher[] = [...literalSegments(actionPath('')), { kind: 'one' }];

/** What is wrong with the rules of a site, as far as a description of it tells. */
export class RuleFindings {
  readonly #protection: PathProtection;

  constructor(private readonly site: SiteDescription) {
    this.#protection = new PathProtection(site);
  }

  /** A sentence for each rule that is never asked: nothing of the site matches it, or an earlier one always does. */
  get uselessRules(): string[] {
    const { rules } = this.#protection;
    return rules.flatMap((one, at) => {
      const { rule } = one;
      const dead = this.#whyDead(one.segments, rule);
      if (dead) return [`${describe(rule)}, ${dead}`];
      const shadow = rules.slice(0, at).find((earlier) => earlier.shadows(one));
      return shadow
        ? [
            `${describe(rule)}, is never asked: ${describe(shadow.rule)}, stands before it and matches all that it matches`,
          ]
        : [];
    });
  }

  /** Prerendered pages and public files that something is to protect. Pages with parameters are asked about one by one. */
  get unguarded(): Unguarded[] {
    const pages = this.site.routes
      .filter(({ isPrerendered, isErrorPage, kind }) => isPrerendered && !isErrorPage && kind !== 'redirect')
      .map(({ pattern, file = pattern, segments, guard }) => ({
        path: pattern,
        file,
        protectedBy:
          guard && !guard.isReportOnly
            ? ownProtection(guard, file)
            : hasParameter(segments)
              ? undefined
              : this.#protectorOf(segments),
      }));
    const files = this.site.publicFiles.map(({ path, file }) => {
      const rule = this.#protection.ruleOver(literalSegments(path));
      return { path, file, protectedBy: rule && describe(rule) };
    });
    return [...pages, ...files].filter((file): file is Unguarded => file.protectedBy !== undefined);
  }

  /**
   * What is to protect a page that was made for a path, of a route with parameters.
   *
   * @param otherwise What to say when no rule and not `globalProtect` does so.
   */
  protectorOfMade(path: string, pattern: string, otherwise: string): string | undefined {
    const isItsOwn = this.site.routes.some((route) => route.pattern === pattern && route.guard);
    return isItsOwn ? undefined : (this.#protectorOf(literalSegments(path)) ?? otherwise);
  }

  #protectorOf(segments: readonly SegmentMatcher[]): string | undefined {
    const rule = this.#protection.ruleOver(segments);
    if (rule) return describe(rule);
    return this.#protection.isGloballyProtected(segments) ? 'globalProtect' : undefined;
  }

  /** Files of error pages that have a guard. */
  get guardedErrorPages(): string[] {
    const errorPages = this.site.routes.filter(({ isErrorPage, guard }) => guard && isErrorPage);
    return errorPages.map(({ pattern, file = pattern }) => file);
  }

  /** Files of 404 pages, made once for everybody, that show what is hidden and what is not there apart. */
  get revealing404Pages(): string[] {
    const { enforce, rules, routes } = this.site;
    const hides = rules.some((rule) => rule.hides && rule.enforce) || routes.some(({ guard }) => guard?.hides);
    if (!hides || !enforce) return [];
    const files = routes.filter(({ isErrorPage, isPrerendered, pattern }) => {
      return isErrorPage && isPrerendered && pattern.endsWith('/404');
    });
    return files.map(({ pattern, file = pattern }) => file);
  }

  /** @param entries Keys of `routeRules` under which something is cached, with their segments. */
  cachedRoutes(entries: ReadonlyMap<string, readonly SegmentMatcher[]>): CachedRoute[] {
    const routes = this.site.routes.filter(({ kind, isPrerendered }) => kind !== 'redirect' && !isPrerendered);
    return routes.flatMap((route) =>
      [...entries].flatMap(([entry, segments]) => {
        const protectedBy = overlaps(segments, route.segments) ? this.#protectorOfCached(route, segments) : undefined;
        return protectedBy ? [{ route: route.pattern, protectedBy, entry }] : [];
      }),
    );
  }

  #protectorOfCached(route: DescribedRoute, cached: readonly SegmentMatcher[]): string | undefined {
    const rule = (place: string) => this.#protection.rules.find((one) => one.rule.place === place);
    return this.#protection
      .demandsOn(route)
      .filter(({ who }) => !who.startsWith(EVERYBODY) && !who.startsWith('would be'))
      .map(({ by, who }) => ({ by: rule(by), text: `${by} (${who})` }))
      .find(({ by }) => !by || (by.isFor('GET') && overlaps(by.segments, cached)))?.text;
  }

  #whyDead(segments: readonly SegmentMatcher[], { pattern }: DescribedRule): string | undefined {
    const { routes, actions, islands, publicFiles } = this.site;
    if (!actions && pattern.startsWith(actionPath(''))) return undefined;
    const served = routes.filter(({ kind }) => kind !== 'redirect');
    const things = [
      ...served.flatMap((route) => [route.segments, ...route.fallbacks.map((fallback) => fallback.segments)]),
      ...(actions ? actions.map((name) => literalSegments(actionPath(name))) : [SOME_ACTION]),
      ...islands.map((name) => literalSegments(islandPath(name))),
      ...publicFiles.map(({ path }) => literalSegments(path)),
    ];
    if (things.some((thing) => overlaps(segments, thing))) return undefined;
    const redirect = routes.find((route) => route.kind === 'redirect' && overlaps(segments, route.segments));
    return redirect
      ? `is never asked: only the redirect ${redirect.pattern} matches it, and redirects are answered before any rule`
      : 'is never asked: nothing of the site matches it';
  }
}

function describe({ place, text }: DescribedRule): string {
  return `${place}, ${text}`;
}

function ownProtection({ isPublic, who }: DescribedGuard, file: string): string | undefined {
  return isPublic ? undefined : `guard of ${file}: ${who}`;
}

function hasParameter(segments: readonly SegmentMatcher[]): boolean {
  return segments.some(({ kind }) => kind !== 'literal');
}
