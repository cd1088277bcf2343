import type { SegmentMatcher } from '../paths/path-pattern.js';
import { covers, overlaps } from '../paths/pattern-sets.js';
import { actionPath, islandPath } from '../paths/special-paths.js';
import { CacheFindings } from './cache-findings.js';
import { type DeadEnd, deadEnds, deadEndText, placeOf } from './dead-ends.js';
import { meantPattern, repeatsBase } from './mistaken-pattern.js';
import { type ComparableRule, EVERYBODY, literalSegments, PathProtection } from './path-protection.js';
import type {
  DescribedGuard,
  DescribedIsland,
  DescribedRoute,
  DescribedRule,
  SiteDescription,
} from './site-description.js';

/** A file that should be protected, but is served without a check. */
export interface Unguarded {
  readonly path: string;
  readonly file: string;
  readonly protectedBy: string;
}

const SOME_ACTION: readonly SegmentMatcher[] = [...literalSegments(actionPath('')), { kind: 'one' }];

/** Finds mistakes in the rules of a site, as far as its description allows. */
export class RuleFindings {
  /** Finds protected routes that would be answered from a cache. */
  readonly caches: CacheFindings;
  readonly #protection: PathProtection;

  constructor(readonly site: SiteDescription) {
    this.#protection = new PathProtection(site);
    this.caches = new CacheFindings(site, this.#protection);
  }

  /**
   * A sentence for each rule that never applies: nothing on the site matches it, or an earlier rule always matches
   * first.
   */
  get uselessRules(): string[] {
    const { rules } = this.#protection;
    return rules.flatMap((one, at) => {
      const { rule } = one;
      if (this.#mistakeIn(one)) return [];
      const dead = this.#whyDead(one);
      if (dead) return [`${describe(rule)}, ${dead}`];
      const shadow = rules.slice(0, at).find((earlier) => earlier.shadows(one));
      return shadow
        ? [
            `${describe(rule)}, never applies: ${describe(shadow.rule)}, comes before it and matches everything that ` +
              `it matches`,
          ]
        : [];
    });
  }

  /** A note for each rule that only matches paths which the project's own code may answer. */
  get rulesForOwnAnswers(): string[] {
    const { answersItself } = this.site;
    const rules = this.#protection.rules.filter((one) => this.#isForOwnAnswers(one) && !this.#mistakeIn(one));
    return rules.map(
      ({ rule }) => `${describe(rule)}, is only for what ${answersItself} answers itself: no route matches it`,
    );
  }

  /**
   * Prerendered pages and public files that a rule or a guard should protect. Prerendered pages with parameters are
   * checked one by one elsewhere.
   */
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
      return { path, file, protectedBy: rule && protects(rule) ? describe(rule) : undefined };
    });
    return [...pages, ...files].filter((file): file is Unguarded => file.protectedBy !== undefined);
  }

  /**
   * Returns what should protect a prerendered page of a route with parameters.
   *
   * @param otherwise The result when neither a rule nor `globalProtect` covers the page.
   */
  protectorOfMade(path: string, pattern: string, otherwise: string): string | undefined {
    const isItsOwn = this.site.routes.some((route) => route.pattern === pattern && route.guard);
    return isItsOwn ? undefined : (this.#protectorOf(literalSegments(path)) ?? otherwise);
  }

  #protectorOf(segments: readonly SegmentMatcher[]): string | undefined {
    const rule = this.#protection.ruleOver(segments);
    if (rule) return protects(rule) ? describe(rule) : undefined;
    return this.#protection.isGloballyProtected(segments) ? 'globalProtect' : undefined;
  }

  /**
   * A sentence for each rule that sends visitors to a page where they are refused again. Pages with a guard are left
   * out, because the guard decides there instead.
   */
  get deadEnds(): string[] {
    const over = (path: string) => this.#protection.ruleOver(literalSegments(path));
    const isOwn = ({ target }: DeadEnd) =>
      this.site.routes.some(({ guard, pattern }) => guard && !guard.isReportOnly && pattern === placeOf(target));
    const loginPages = { has: (path: string) => this.site.loginPaths.some((page) => placeOf(page) === path) };
    const ends = deadEnds(this.site.rules, over, { ...this.site, loginPages }).filter((end) => !isOwn(end));
    return ends.map(deadEndText);
  }

  /** Files of error pages that have a guard. */
  get guardedErrorPages(): string[] {
    const errorPages = this.site.routes.filter(({ isErrorPage, guard }) => guard && isErrorPage);
    return errorPages.map(({ pattern, file = pattern }) => file);
  }

  /**
   * Files of prerendered 404 pages that reveal which pages are hidden, because they differ from the answer for a hidden
   * page.
   */
  get revealing404Pages(): string[] {
    const { enforce, rules, routes } = this.site;
    const hides = rules.some((rule) => rule.hides && rule.enforce) || routes.some(({ guard }) => guard?.hides);
    if (!hides || !enforce) return [];
    const files = routes.filter(({ isErrorPage, isPrerendered, pattern }) => {
      return isErrorPage && isPrerendered && pattern.endsWith('/404');
    });
    return files.map(({ pattern, file = pattern }) => file);
  }

  #whyDead(one: ComparableRule): string | undefined {
    const { segments, rule } = one;
    if (!this.#isDead(segments, rule.pattern) || this.#isForOwnAnswers(one)) return undefined;
    const redirect = this.#redirectUnder(segments);
    return redirect
      ? `never applies: only the redirect ${redirect.pattern} matches it, and redirects are answered before any rule`
      : 'never applies: nothing on the site matches it';
  }

  /**
   * Checks whether a rule may be for paths that the project's own code answers. Actions and islands are Astro's, and
   * redirects are answered before any middleware.
   */
  #isForOwnAnswers({ segments, rule }: ComparableRule): boolean {
    if (this.site.answersItself === undefined || !this.#isDead(segments, rule.pattern)) return false;
    const isNamed = [actionPath(''), islandPath('')].some((start) => rule.pattern.startsWith(start));
    const redirects = this.site.routes.filter(({ kind }) => kind === 'redirect');
    return !isNamed && !redirects.some((redirect) => covers(redirect.segments, segments));
  }

  #isDead(segments: readonly SegmentMatcher[], pattern: string): boolean {
    if (!this.site.actions && pattern.startsWith(actionPath(''))) return false;
    return !this.#things.some((thing) => overlaps(segments, thing));
  }

  #redirectUnder(segments: readonly SegmentMatcher[]): DescribedRoute | undefined {
    return this.site.routes.find((route) => route.kind === 'redirect' && overlaps(segments, route.segments));
  }

  /** A sentence for each rule that matches nothing and is probably a mistake. */
  get mistakenRules(): string[] {
    return this.#protection.rules.flatMap((one) => {
      const mistake = this.#mistakeIn(one);
      return mistake ? [`${describe(one.rule)}, ${mistake}`] : [];
    });
  }

  #mistakeIn({ segments, rule }: ComparableRule): string | undefined {
    const { base = '' } = this.site;
    const isDead = this.#isDead(segments, rule.pattern);
    if (isDead ? this.#redirectUnder(segments) : !repeatsBase(rule.pattern, this.#things, base)) return undefined;
    for (const { kind, prefix, names } of this.#named) {
      const [head, name] = segments;
      const isNamed = head?.kind === 'literal' && `/${head.text}/` === prefix;
      const isSpecific = name?.kind === 'literal' || name?.kind === 'glob' || segments.length > 2;
      if (!isNamed || !isSpecific) continue;
      const known = names?.length ? `there are ${[...new Set(names)].join(', ')}` : 'it has none';
      return `names no ${kind} of the site: ${known}`;
    }
    const meant = meantPattern(rule.pattern, this.#things, base);
    return meant === undefined ? undefined : `matches nothing as written: write "${meant}"`;
  }

  /** A sentence for each rule with one island name that several server islands have: it applies to all of them. */
  get sharedIslandNames(): string[] {
    return this.#protection.rules.flatMap(({ segments, rule }) => {
      const isOneName = segments.at(-1)?.kind === 'literal';
      const isMeant = ({ names }: DescribedIsland) =>
        names.some((name) => overlaps(segments, literalSegments(islandPath(name))));
      const meant = isOneName && rule.pattern.startsWith(islandPath('')) ? this.site.islands.filter(isMeant) : [];
      const files = meant.map(({ file }) => file).join(', ');
      return meant.length > 1
        ? [
            `${describe(rule)}, applies to ${meant.length} server islands of that name: ${files}. To protect only ` +
              `one, name its file.`,
          ]
        : [];
    });
  }

  get #named() {
    const { actions, islands } = this.site;
    return [
      { kind: 'action', prefix: actionPath(''), names: actions },
      {
        kind: 'server island',
        prefix: islandPath(''),
        names: islands.map(({ file, names: [own] }) => `${own} (${file})`),
      },
    ];
  }

  /** The paths of everything that can be requested and that rules apply to. */
  get #things(): readonly (readonly SegmentMatcher[])[] {
    const { routes, actions, islands, publicFiles } = this.site;
    const served = routes.filter(({ kind }) => kind !== 'redirect');
    return [
      ...served.flatMap((route) => [route.segments, ...route.fallbacks.map((fallback) => fallback.segments)]),
      ...(actions ? actions.map((name) => literalSegments(actionPath(name))) : [SOME_ACTION]),
      ...islands.flatMap(({ names }) => names.map((name) => literalSegments(islandPath(name)))),
      ...publicFiles.map(({ path }) => literalSegments(path)),
    ];
  }
}

function protects({ demand }: DescribedRule): boolean {
  return demand !== EVERYBODY;
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
