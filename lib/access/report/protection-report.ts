import { actionPath, islandPath } from '../paths/special-paths.js';
import { type Demand, EVERYBODY, literalSegments, NOTHING, PathProtection } from './path-protection.js';
import type { DescribedIsland, DescribedRoute, SiteDescription } from './site-description.js';

export type EntryKind = 'page' | 'endpoint' | 'action' | 'island' | 'redirect' | 'file';

/** One line of the report. A path has several when it is not the same for all of it. */
export interface ProtectionEntry extends Demand {
  readonly kind: EntryKind;
  /** A route's pattern, a file's path, or the name of an action or an island. */
  readonly path: string;
  /** From the project's root. */
  readonly file?: string | undefined;
}

/** How many things are for whom. */
export interface ProtectionSummary {
  readonly everybody: number;
  readonly signedIn: number;
  readonly withRequirements: number;
}

const SERVED_AS_FILE: Demand = { who: `${EVERYBODY} (served as a file)`, by: NOTHING };
const FOR_EVERYBODY: Demand = { who: EVERYBODY, by: NOTHING };

/** Who may see what at a site, computed from a description of it. */
export class ProtectionReport {
  /** By path, so that the same site gives the same report. */
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

  /** What anybody may see, signed in or not. */
  get openEntries(): readonly ProtectionEntry[] {
    return this.entries.filter(({ who }) => who.startsWith(EVERYBODY));
  }

  /** Each thing counts once, as the least that is asked for any part of it. */
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

  /** Two of one name are told apart by their files. */
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

  /** What the path asks that a page is shown under for want of a translation; where the page has a guard, only rules do. */
  #demandsOnFallback({ guard }: DescribedRoute, fallback: DescribedRoute['fallbacks'][number]): Demand[] {
    const demands = this.#protection.demandsOn(fallback);
    return guard ? demands.map((demand) => (demand.by === 'globalProtect' ? FOR_EVERYBODY : demand)) : demands;
  }

  #demandsOn(route: DescribedRoute): Demand[] {
    // Redirects of the config are answered before any middleware, and error pages are for everybody.
    if (route.kind === 'redirect' || route.isErrorPage) return [FOR_EVERYBODY];
    return route.isPrerendered ? [SERVED_AS_FILE] : this.#protection.demandsOn(route);
  }
}

/** Whoever is to see something meets them all. */
function both(one: readonly Demand[], other: readonly Demand[]): readonly Demand[] {
  const asks = (demands: readonly Demand[]) => demands.some(({ who }) => who !== EVERYBODY);
  if (!asks(one) || !asks(other)) return asks(one) ? one : other;
  const isNew = ({ who, by }: Demand) => !one.some((demand) => demand.who === who && demand.by === by);
  return [...one, ...other.filter(isNew)];
}

/** Lines of one path stay in the order in which they hold. */
function byPath(one: ProtectionEntry, other: ProtectionEntry): number {
  return compare(one.path, other.path) || compare(one.kind, other.kind);
}

/** By code points: the same on every machine, whatever its language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
