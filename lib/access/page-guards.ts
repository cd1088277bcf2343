import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { type Guard, PageGuard } from './page-guard.js';

/** Loads the `guard` that the file of a route exports; `undefined` when it exports none. */
export type GuardLoader = (routePattern: string) => Promise<Guard | undefined>;

/** The guards in the files of pages and endpoints, by route. */
export class PageGuards {
  readonly #loaded = new Map<string, PageGuard | undefined>();
  readonly #Rule = MadeClasses.current.of(AccessRule);

  /**
   * @param load Loads the guard of a route; left out where no page has a guard.
   * @param keeps Loads each guard once; `false` loads it for every request, for development.
   * @param routes Returns the patterns of all routes whose files may have a guard.
   */
  constructor(
    private readonly load?: GuardLoader,
    private readonly keeps = true,
    private readonly routes: () => Promise<readonly string[]> = async () => [],
  ) {}

  /** True when no page can have a guard. */
  get isEmpty(): boolean {
    return this.load === undefined;
  }

  /**
   * @param routePattern The pattern of the route in Astro's notation.
   * @returns A promise only while the page's file has to be loaded.
   * @throws Errors of the page's file, and of the validation of its guard.
   */
  of(routePattern: string): PageGuard | undefined | Promise<PageGuard | undefined> {
    if (!this.load || this.#loaded.has(routePattern)) return this.#loaded.get(routePattern);
    return this.#load(routePattern, this.load);
  }

  /** Returns the pages where guards let visitors sign in again. It loads every page that may have a guard: call it rarely. */
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
