import { PageGuard } from '../../access/guard/page-guard.js';
import type { Demand, Ruling, View } from '../../access/guard/verdict.js';
import type { ErrorPages } from '../../access/paths/special-paths.js';
import { shortened } from '../../base/text.js';
import type { Said } from '../request/dev-tools.js';
import type { RulePlaces } from './rule-places.js';
import type { DecisionSheet, VerdictSheet, ViewSheet } from './toolbar-state.js';

const LONGEST_TEXT = 500;

/** One run of the guards for a request. */
interface InspectedRun {
  /** The original request, before any rewrite. */
  readonly arrival: Request;
  readonly route: string;
  readonly isPage: boolean;
  readonly session: string | undefined;
  readonly userId: string | undefined;
  readonly isViewedAs: boolean;
  /** The file of the page. */
  readonly file: string | undefined;
  readonly said: Said;
}

/** The settings that protect the site in addition to the rules. */
interface Protection {
  readonly enforce: boolean;
  readonly globalProtect: boolean;
  readonly errorPages: ErrorPages;
}

/** Describes the decisions of the guards in words, and records them. */
export class DecisionRecorder {
  readonly #noted = new WeakMap<Request, DecisionSheet>();

  constructor(
    private readonly places: RulePlaces,
    private readonly protection: Protection,
    readonly history: DecisionHistory<DecisionSheet> = new DecisionHistory(),
  ) {}

  /** Records a run. Error pages are left out, because the request that led to them is already recorded. */
  note(run: InspectedRun, at: number): void {
    const earlier = this.#noted.get(run.arrival);
    const isErrorPage = this.protection.errorPages.has(run.route);
    if (earlier && (isErrorPage || (earlier.refusal && !run.said.response))) return;
    const sheet = this.#sheet(run, at, earlier);
    this.#noted.set(run.arrival, sheet);
    this.history.add(sheet, earlier);
  }

  /** Records a prerendered page, which is served to everybody without a check. */
  notePrerendered(arrival: Request, route: string, at: number): void {
    this.history.addPage({
      ...opened(arrival, at),
      ...{ route: cut(route), session: undefined, isPage: true, userId: undefined, isViewedAs: false },
      ...{ isPrerendered: true, refusal: undefined, views: [], verdicts: [] },
    });
  }

  #sheet(run: InspectedRun, at: number, earlier: DecisionSheet | undefined): DecisionSheet {
    const { arrival, route, isPage, session, userId, isViewedAs, file, said } = run;
    const { response: refusal } = said;
    const views = [...(earlier?.views ?? []), ...said.views.map((view) => this.#viewSheet(view, file))];
    const location = refusal?.headers.get('location') ?? undefined;
    return {
      ...opened(arrival, at),
      ...{ route: cut(route), session, isPage, userId: userId && cut(userId), isViewedAs, isPrerendered: false },
      refusal: refusal && { status: refusal.status, location: location && cut(withoutQuery(location)) },
      // A check in the page's code runs after the guard, and is reported in the same run.
      views: uniqueViews(views),
      verdicts: said.rulings.map((ruling) => this.#verdictSheet(ruling, file)),
    };
  }

  #viewSheet({ path, demand }: View, file: string | undefined): ViewSheet {
    if (demand === 'loginPath') return { path: cut(path), by: 'loginPath', who: 'everybody' };
    if (demand) return { path: cut(path), by: this.places.nameOf(demand, file), who: wordsFor(demand) };
    const by = this.protection.globalProtect ? 'exclude' : undefined;
    return { path: cut(path), by, who: 'everybody' };
  }

  #verdictSheet({ demand, isGranted, code, reason, missing }: Ruling, file: string | undefined): VerdictSheet {
    const enforces = demand instanceof PageGuard ? demand.enforces : (demand?.enforce ?? true);
    return {
      by: demand ? this.places.nameOf(demand, file) : speakerOf(code),
      who: demand && wordsFor(demand),
      isGranted,
      isReportOnly: demand !== undefined && !(enforces && this.protection.enforce),
      code,
      reason: cut(reason),
      missing: missing.map(cut),
    };
  }
}

function opened({ method, url }: Request, at: number): Pick<DecisionSheet, 'at' | 'method' | 'path'> {
  return { at, method, path: cut(pathOf(url)) };
}

/**
 * Returns the path of an address, exactly as written.
 *
 * @param address The address of a request, or the path of the page that shows the toolbar.
 */
export function pathOf(address: string): string {
  // A host is put in front, because the URL parser does not take a path that begins with two slashes for a path.
  return URL.parse(address.startsWith('/') ? `http://nowhere.invalid${address}` : address)?.pathname ?? '/';
}

/** Removes the query: a redirect to the login page contains the address that the visitor wanted, with its query. */
function withoutQuery(location: string): string {
  return location.replace(/[?#].*/s, '');
}

function wordsFor(demand: Demand): string {
  return demand instanceof PageGuard ? `${demand}` : demand.demand;
}

function speakerOf(code: string): string {
  if (code.startsWith('CSRF')) return 'csrf';
  return code === 'UNREADABLE_ADDRESS' ? 'the address' : 'code of the page';
}

function uniqueViews(views: readonly ViewSheet[]): ViewSheet[] {
  return [...new Map(views.map((view) => [`${view.by} ${view.path}`, view])).values()];
}

function cut(text: string): string {
  return shortened(text, LONGEST_TEXT);
}

/** A request with the decision on it, as the toolbar shows it. */
export interface DecidedRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** The path as it was sent: encoded, without the query. */
  readonly path: string;
  /** The short hash of the request's session; `undefined` for none. */
  readonly session: string | undefined;
  /** True when a browser opened a page. */
  readonly isPage: boolean;
}

const MOST_DECISIONS = 20;
const MOST_PAGES = 200;

/** The latest decisions of this process, and the latest for each opened page. They are never stored. */
export class DecisionHistory<Decided extends DecidedRequest> {
  #latest: readonly Decided[] = [];
  readonly #pages = new Map<string, Decided>();
  readonly #waiting = new Set<() => void>();
  #revision = 0;

  /** A number that grows with every entry. */
  get revision(): number {
    return this.#revision;
  }

  /** Waits for an entry that is newer than a revision. @param most Maximum time to wait, in milliseconds. */
  async after(revision: number, most: number): Promise<void> {
    if (revision !== this.#revision) return;
    await new Promise<void>((wake) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        wake();
      };
      const timer = setTimeout(done, most);
      this.#waiting.add(done);
    });
  }

  /** The latest twenty decisions, newest first. */
  get latest(): readonly Decided[] {
    return this.#latest;
  }

  /** @param replaced The earlier entry for the same request. */
  add(decided: Decided, replaced?: Decided): void {
    const others = this.#latest.filter((earlier) => earlier !== replaced);
    this.#latest = [decided, ...others].slice(0, MOST_DECISIONS);
    if (decided.isPage) this.#file(decided);
    this.#grow();
  }

  /** Adds a page without a decision. */
  addPage(decided: Decided): void {
    if (!decided.isPage) return;
    this.#file(decided);
    this.#grow();
  }

  #file(decided: Decided): void {
    for (const key of [keyOf(decided.path), keyOf(decided.path, decided.session)]) {
      this.#pages.delete(key);
      this.#pages.set(key, decided);
    }
    const surplus = this.#pages.size - MOST_PAGES;
    for (const key of [...this.#pages.keys()].slice(0, Math.max(0, surplus))) this.#pages.delete(key);
  }

  #grow(): void {
    this.#revision += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Returns the latest decision for a page: of this session, or else of any. */
  ofPage(path: string, session: string | undefined): Decided | undefined {
    return this.#pages.get(keyOf(path, session)) ?? this.#pages.get(keyOf(path));
  }
}

function keyOf(path: string, ...session: (string | undefined)[]): string {
  return JSON.stringify([path, ...session.map((hash) => hash ?? null)]);
}
