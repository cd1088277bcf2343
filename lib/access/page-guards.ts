import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { type Guard, PageGuard } from './page-guard.js';

/** Loads what the file of a route's page exports as `guard`; `undefined` when it exports none. */
export type GuardLoader = (routePattern: string) => Promise<Guard | undefined>;

/** The guards that pages and endpoints have in their own files, by the route they are served under. */
export class PageGuards {
  readonly #loaded = new Map<string, PageGuard | undefined>();
  readonly #Rule = MadeClasses.current.of(AccessRule);

  /**
   * @param load Left out where no page has a guard.
   * @param keeps Whether a guard is loaded once, and not for every request as while its file is being written.
   * @param routes Gives the patterns of all routes whose pages may have a guard.
   */
  constructor(
    private readonly load?: GuardLoader,
    private readonly keeps = true,
    private readonly routes: () => Promise<readonly string[]> = async () => [],
  ) {}

  /** Whether no page can have a guard. */
  get isEmpty(): boolean {
    return this.load === undefined;
  }

  /**
   * @param routePattern As Astro writes it.
   * @returns A promise only while the page's file has to be loaded.
   * @throws What the file, or the check of its guard, throws.
   */
  of(routePattern: string): PageGuard | undefined | Promise<PageGuard | undefined> {
    if (!this.load || this.#loaded.has(routePattern)) return this.#loaded.get(routePattern);
    return this.#load(routePattern, this.load);
  }

  /** Where guards have visitors sign in again. Every page that may have one is loaded for it: ask it seldom. */
  async signInPaths(): Promise<readonly string[]> {
    const guards = await Promise.all((await this.routes()).map((route) => this.of(route)));
    return guards.flatMap((guard) => guard?.signInPaths ?? []);
  }

  async #load(routePattern: string, load: GuardLoader): Promise<PageGuard | undefined> {
    const guard = await load(routePattern);
    const pageGuard = guard === undefined ? undefined : new PageGuard(guard, this.#Rule);
    if (this.keeps) this.#loaded.set(routePattern, pageGuard);
    return pageGuard;
  }
}
