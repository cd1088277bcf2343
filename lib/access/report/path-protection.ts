import { exclusionOf } from '../guard/guard-config.js';
import { includesMethod, isForMethod } from '../paths/method-index.js';
import { PathPattern, type SegmentMatcher, segmentsOf } from '../paths/path-pattern.js';
import { covers, overlaps } from '../paths/pattern-sets.js';
import type { DescribedGuard, DescribedRoute, DescribedRule, SiteDescription } from './site-description.js';

export const EVERYBODY = 'everybody';
/** Placeholder where nothing protects a path. */
export const NOTHING = '–';

/** A requirement, and the place that it comes from. */
export interface Demand {
  /** In words: `everybody`, `signed in`, `role admin`. */
  readonly who: string;
  /**
   * `protect[0] of astro.config`, `guard of src/pages/x.astro`, `globalProtect`, `exclude`, `loginPath`; or {@link
   * NOTHING}.
   */
  readonly by: string;
  /** The methods that it applies to; later requirements apply to the others. */
  readonly methods?: readonly string[] | undefined;
}

/** The thing to report on: the paths of a route, an action or an island. */
export interface Subject {
  readonly segments: readonly SegmentMatcher[];
  /** The route's own pattern, if it is a route. Paths that earlier routes answer are left out. */
  readonly pattern?: string | undefined;
  readonly file?: string | undefined;
  readonly guard?: DescribedGuard | undefined;
  /** Further paths of the same thing: a server island has several names. */
  readonly others?: readonly (readonly SegmentMatcher[])[] | undefined;
  /** The only method that it is requested with. */
  readonly method?: string | undefined;
}

/** An entry of `exclude`, prepared for comparisons. */
interface Excluded {
  readonly segments: readonly SegmentMatcher[];
  readonly methods: readonly string[] | undefined;
}

/** A rule, prepared for comparisons. */
export class ComparableRule {
  readonly segments: readonly SegmentMatcher[];

  constructor(readonly rule: DescribedRule) {
    this.segments = new PathPattern(rule.pattern).segments;
  }

  isFor(method: string | undefined): boolean {
    return method === undefined || isForMethod(this.rule, method);
  }

  /** Checks whether this rule always decides before a later rule can. */
  shadows(other: ComparableRule): boolean {
    const { methods, enforce } = this.rule;
    const hasMethods = !methods || other.rule.methods?.every((method) => includesMethod(methods, method));
    return enforce && other.rule.enforce && hasMethods === true && covers(this.segments, other.segments);
  }
}

/** Computes who may see the things at a path: the same result as the guard's, for every possible request. */
export class PathProtection {
  readonly rules: readonly ComparableRule[];
  readonly #excluded: readonly Excluded[];
  readonly #loginPaths: readonly (readonly SegmentMatcher[])[];

  /** @param site Lists its routes in the order in which Astro tries them. */
  constructor(private readonly site: SiteDescription) {
    this.rules = site.rules.map((rule) => new ComparableRule(rule));
    this.#excluded = site.exclude
      .map(exclusionOf)
      .map(({ pattern, methods }) => ({ segments: new PathPattern(pattern).segments, methods }));
    this.#loginPaths = site.loginPaths.map((path) => literalSegments(path.replace(/[?#].*$/s, '')));
  }

  /**
   * Returns the requirements. Each applies to the part of the subject that the ones before it do not cover; the last
   * one covers the rest.
   */
  demandsOn(subject: Subject): Demand[] {
    if (this.#loginPaths.some((path) => covers(path, subject.segments))) return [loginDemand(subject)];
    const demands = this.#guardAndRules(subject);
    return this.site.enforce ? demands : demands.map(asReportOnly);
  }

  /** Returns the rule that would protect a path if the guard were called for it. */
  ruleOver(segments: readonly SegmentMatcher[], method = 'GET'): DescribedRule | undefined {
    return this.rules.find((one) => one.rule.enforce && one.isFor(method) && overlaps(one.segments, segments))?.rule;
  }

  /** Checks whether `globalProtect` protects a page that no rule matches, and that is opened. */
  isGloballyProtected(segments: readonly SegmentMatcher[]): boolean {
    const excluded = this.#excluded.filter((one) => isForMethod(one, 'GET'));
    const open = [...this.#loginPaths, ...excluded.map((one) => one.segments)];
    return this.site.globalProtect && !open.some((pattern) => covers(pattern, segments));
  }

  #guardAndRules(subject: Subject): Demand[] {
    const { method } = subject;
    const guard =
      subject.guard && (method === undefined || isForMethod(subject.guard, method)) ? subject.guard : undefined;
    const demands: Demand[] = guard ? ownDemands(guard, subject) : [];
    if (guard && !guard.isReportOnly && (!guard.methods || method !== undefined)) return demands;
    const decided = new Set(guard?.isReportOnly ? [] : guard?.methods);
    for (const each of this.rules) {
      const { rule } = each;
      const left = subject.method ? undefined : rule.methods?.filter((method) => !decided.has(method));
      if (!each.isFor(subject.method) || left?.length === 0 || !this.#reaches(each.segments, subject)) continue;
      const who = rule.enforce ? rule.demand : `would be: ${rule.demand}`;
      demands.push({ who, by: rule.place, methods: left });
      if (!rule.enforce || !isCovered(each.segments, subject)) continue;
      if (left === undefined) return demands;
      for (const method of left) decided.add(method);
    }
    return [...demands, ...this.#unlisted(subject, decided)];
  }

  /** Checks whether a pattern matches a path at which the subject itself is served, and not an earlier route. */
  #reaches(pattern: readonly SegmentMatcher[], subject: Subject): boolean {
    const { others = [] } = subject;
    if (others.some((segments) => overlaps(pattern, segments))) return true;
    if (!overlaps(pattern, subject.segments)) return false;
    const { routes } = this.site;
    const at = routes.findIndex((route) => route.pattern === subject.pattern);
    const both = narrowed(pattern, subject.segments);
    return !routes.slice(0, Math.max(0, at)).some((route) => takesAll(route) && covers(route.segments, both));
  }

  /** @param decided The methods for which rules decide. */
  #unlisted(subject: Subject, decided: ReadonlySet<string>): Demand[] {
    if (!this.site.globalProtect) return [{ who: EVERYBODY, by: NOTHING }];
    const { method } = subject;
    const reaching = this.#excluded.filter(
      (one) => (method === undefined || isForMethod(one, method)) && this.#reaches(one.segments, subject),
    );
    const always = reaching.filter(({ methods }) => methods === undefined || method !== undefined);
    const sometimes = reaching.filter((one) => !always.includes(one)).flatMap(({ methods = [] }) => methods);
    const methods = [...new Set(sometimes)].filter((one) => !decided.has(one));
    const demands: Demand[] = [
      ...(methods.length > 0 ? [{ who: EVERYBODY, by: 'exclude', methods }] : []),
      ...(always.length > 0 ? [{ who: EVERYBODY, by: 'exclude' }] : []),
    ];
    if (always.some((one) => isCovered(one.segments, subject))) return demands;
    return [...demands, { who: 'signed in', by: 'globalProtect' }];
  }
}

/** Checks whether a route answers every path that it matches. A prerendered one only answers those that were built. */
function takesAll({ isPrerendered, segments }: DescribedRoute): boolean {
  return !isPrerendered || segments.every(({ kind }) => kind === 'literal');
}

function isCovered(pattern: readonly SegmentMatcher[], { segments, others = [] }: Subject): boolean {
  return [segments, ...others].some((each) => covers(pattern, each));
}

/**
 * Returns the paths that both patterns match, if every part of them matches exactly one segment; otherwise the first
 * pattern.
 */
function narrowed(one: readonly SegmentMatcher[], other: readonly SegmentMatcher[]): readonly SegmentMatcher[] {
  const spans = ({ kind }: SegmentMatcher) => kind === 'any' || kind === 'some';
  if (one.some(spans) || other.some(spans)) return one;
  const width = { literal: 0, glob: 1, one: 2, some: 3, any: 3 };
  return one.map((matcher, at) => {
    const opposite = other[at] ?? matcher;
    return width[opposite.kind] < width[matcher.kind] ? opposite : matcher;
  });
}

/**
 * Returns the requirement of the login page. It is open, whatever its guard declares, but a guard for guests only
 * redirects signed-in visitors.
 */
function loginDemand(subject: Subject): Demand {
  const { guard } = subject;
  return guard?.isForGuestsOnly ? ownDemand(guard, subject) : { who: EVERYBODY, by: 'loginPath' };
}

function ownDemands(guard: DescribedGuard, subject: Subject): Demand[] {
  const { publicFor = [] } = guard;
  const demand = ownDemand(guard, subject);
  if (publicFor.length === 0) return [demand];
  const open = { ...demand, who: EVERYBODY, methods: publicFor };
  if (subject.method === undefined) return [open, demand];
  return includesMethod(publicFor, subject.method) ? [open] : [demand];
}

function ownDemand({ who, isReportOnly, methods }: DescribedGuard, { file }: Subject): Demand {
  return { who: isReportOnly ? `would be: ${who}` : who, by: `guard of ${file}`, methods };
}

export function literalSegments(path: string): SegmentMatcher[] {
  return segmentsOf(path.normalize('NFC')).map((text) => ({ kind: 'literal', text }));
}

function asReportOnly(demand: Demand): Demand {
  return demand.who === EVERYBODY ? demand : { ...demand, who: `${EVERYBODY} (would be: ${demand.who})` };
}
