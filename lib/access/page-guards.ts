import { MadeClasses } from '../session/made-classes.js';
import { AccessRule } from './access-rule.js';
import { type Guard, PageGuard } from './page-guard.js';

/** Loads what a page's file exports as `guard`; `undefined` when it exports none. */
export type GuardLoader = () => Promise<Guard | undefined>;

/** The guards that pages and endpoints have in their own files, by the route they are served under. */
export class PageGuards {
  readonly #loaders: ReadonlyMap<string, GuardLoader>;
  readonly #loaded = new Map<string, PageGuard | undefined>();

  /**
   * @param loaders By route, as Astro writes it.
   * @param keeps Whether a guard is loaded once, and not for every request as while its file is being written.
   */
  constructor(
    loaders: Readonly<Record<string, GuardLoader>> = {},
    private readonly made: MadeClasses = new MadeClasses(),
    private readonly keeps = true,
  ) {
    this.#loaders = new Map(Object.entries(loaders));
  }

  get isEmpty(): boolean {
    return this.#loaders.size === 0;
  }

  /** @returns A promise only while the page's file has to be loaded. @throws What the file, or the check of its guard, throws. */
  of(routePattern: string): PageGuard | undefined | Promise<PageGuard | undefined> {
    if (this.#loaded.has(routePattern)) return this.#loaded.get(routePattern);
    const load = this.#loaders.get(routePattern);
    return load && this.#load(routePattern, load);
  }

  async #load(routePattern: string, load: GuardLoader): Promise<PageGuard | undefined> {
    const guard = await load();
    const pageGuard = guard === undefined ? undefined : new PageGuard(guard, this.made.of(AccessRule));
    if (this.keeps) this.#loaded.set(routePattern, pageGuard);
    return pageGuard;
  }
}
