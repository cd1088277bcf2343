import { actionPath, islandPath } from '../paths/special-paths.js';
import { type Demand, EVERYBODY, literalSegments, NOTHING, PathProtection } from './path-protection.js';
import type { DescribedIsland, DescribedRoute, SiteDescription } from './site-description.js';

export type EntryKind = 'page' | 'endpoint' | 'action' | 'island' | 'redirect' | 'file';

/** One line of the report. A path has several lines when different requirements apply to parts of it. */
export interface ProtectionEntry extends Demand {
  readonly kind: EntryKind;
  /** A route's pattern, a file's path, or the name of an action or an island. */
  readonly path: string;
  /** Relative to the project's root. */
  readonly file?: string | undefined;
}

/** The number of things for each audience. */
export interface ProtectionSummary {
  readonly everybody: number;
  readonly signedIn: number;
  readonly withRequirements: number;
}

const SERVED_AS_FILE: Demand = { who: `${EVERYBODY} (served as a file)`, by: NOTHING };
const FOR_EVERYBODY: Demand = { who: EVERYBODY, by: NOTHING };

/** The report of who may see what on a site, computed from a description of the site. */
export class ProtectionReport {
  /** Sorted by path, so that the same site always gives the same report. */
  readonly entries: readonly ProtectionEntry[];
  readonly #protection: PathProtection;

  constructor(site: SiteDescription) {
    this.#protection = new PathProtection(site);
    const ownNames = site.islands.map(({ names: [own] }) => own);
    const isShared = (name: string) => ownNames.filter((own) => own === name).length > 1;
    this.entries = [
      ...site.routes.flatMap((route) => this.#entriesOf(route)),
      ...(site.actions ?? []).flatMap((name) => this.#entriesOfAction(name)),
      ...site.islands.flatMap((island) => this.#entriesOfIsland(island, isShared)),
      ...site.publicFiles.map((file) => ({ kind: 'file' as const, ...file, ...SERVED_AS_FILE })),
    ].sort(byPath);
  }

  /** The entries that anybody may see, signed in or not. */
  get openEntries(): readonly ProtectionEntry[] {
    return this.entries.filter(({ who }) => who.startsWith(EVERYBODY));
  }

  /** Counts each thing once, by the weakest requirement for any part of it. */
  get summary(): ProtectionSummary {
    const least = new Map<string, number>();
    for (const { kind, path, who } of this.entries) {
      if (who.startsWith('would be')) continue;
      const asked = who.startsWith(EVERYBODY) ? 0 : who === 'signed in' ? 1 : 2;
      const key = `${kind} ${path}`;
      least.set(key, Math.min(asked, least.get(key) ?? asked));
    }
    const count = (asked: number) => [...least.values()].filter((each) => each === asked).length;
    return { everybody: count(0), signedIn: count(1), withRequirements: count(2) };
  }

  #entriesOfAction(path: string): ProtectionEntry[] {
    const demands = this.#protection.demandsOn({ segments: literalSegments(actionPath(path)), method: 'POST' });
    return demands.map((demand) => ({ kind: 'action', path, ...demand }));
  }

  /** Adds the file to the name of islands that share a name. */
  #entriesOfIsland({ file, names }: DescribedIsland, isShared: (name: string) => boolean): ProtectionEntry[] {
    const [segments = [], ...others] = names.map((name) => literalSegments(islandPath(name)));
    const [own = file] = names;
    const demands = this.#protection.demandsOn({ segments, others });
    return demands.map((demand) => ({
      kind: 'island',
      path: isShared(own) ? `${own} (${file})` : own,
      file,
      ...demand,
    }));
  }

  #entriesOf(route: DescribedRoute): ProtectionEntry[] {
    const { kind, pattern: path, file } = route;
    const own = this.#demandsOn(route);
    const fallbacks = route.fallbacks.flatMap((fallback) => {
      const there = route.isPrerendered ? own : both(own, this.#demandsOnFallback(route, fallback));
      return there.map((demand) => ({ kind, path: fallback.pattern, file, ...demand }));
    });
    return [...own.map((demand) => ({ kind, path, file, ...demand })), ...fallbacks];
  }

  /**
   * Returns the requirements of the path at which a page is shown because its translation is missing. For a page with a
   * guard, only rules count.
   */
  #demandsOnFallback({ guard }: DescribedRoute, fallback: DescribedRoute['fallbacks'][number]): Demand[] {
    const demands = this.#protection.demandsOn(fallback);
    return guard ? demands.map((demand) => (demand.by === 'globalProtect' ? FOR_EVERYBODY : demand)) : demands;
  }

  #demandsOn(route: DescribedRoute): Demand[] {
    // Redirects of astro.config are answered before any middleware, and error pages are for everybody.
    if (route.kind === 'redirect' || route.isErrorPage) return [FOR_EVERYBODY];
    return route.isPrerendered ? [SERVED_AS_FILE] : this.#protection.demandsOn(route);
  }
}

/** Combines requirements: a visitor must meet all of them. */
function both(one: readonly Demand[], other: readonly Demand[]): readonly Demand[] {
  const asks = (demands: readonly Demand[]) => demands.some(({ who }) => who !== EVERYBODY);
  if (!asks(one) || !asks(other)) return asks(one) ? one : other;
  const isNew = ({ who, by }: Demand) => !one.some((demand) => demand.who === who && demand.by === by);
  return [...one, ...other.filter(isNew)];
}

/** Sorts by path. Lines of one path keep the order in which they apply. */
function byPath(one: ProtectionEntry, other: ProtectionEntry): number {
  return compare(one.path, other.path) || compare(one.kind, other.kind);
}

/** Compares by UTF-16 code units, so that the result does not depend on the machine's language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
