import { AccessRules } from '../../access/access-rules.js';
import { GuardConfig } from '../../access/guard/guard-config.js';
import { printable } from '../../base/text.js';
import type { Services } from '../../container/services.js';
import { UnguardedFilesError } from '../../errors/index.js';
import type { GatehouseOptions } from '../options/options.js';
import { buildChannel } from '../report/build-channel.js';

const EMPTIED =
  'Where 404.astro is prerendered, astro dev passes requests for addresses without a page on without their headers: ' +
  'at routes of your own pipeline every visitor is a guest. A built site knows its visitors there; to know them in ' +
  'development too, write export const prerender = false in 404.astro.';

/** The settings that determine when pages are prerendered. */
interface Making {
  /** True while a build prerenders pages. */
  readonly isPrerendering: boolean;
  readonly isProduction: boolean;
  readonly options: Pick<GatehouseOptions, 'prerendered'>;
}

/** Prerendered pages: no middleware runs when they are served. */
export class PrerenderedPages {
  readonly #warnedOf = new Set<string>();

  constructor(
    private readonly services: Services,
    private readonly site: Making,
  ) {}

  /**
   * Reports, during a build and in development, that a prerendered page cannot be protected. Only here all its paths
   * and rules are known.
   *
   * @throws {UnguardedFilesError} Unless `prerendered: 'warn'` makes it a warning.
   */
  check(path: string, routePattern: string): void {
    // Error pages are for everybody.
    if (
      (!this.site.isPrerendering && this.site.isProduction) ||
      this.services.get(GuardConfig).errorPages.has(routePattern)
    )
      return;
    const rule = this.services.get(AccessRules).find(path);
    const ofRule = rule?.admitsEverybody ? undefined : `${rule}`;
    const protectedBy = rule ? ofRule : this.services.get(GuardConfig).globalProtectOver(path);
    if (protectedBy === undefined) return;
    if (!this.site.isPrerendering) return void this.#warnOfPrerendered(path, protectedBy);
    const { unguarded } = buildChannel();
    if (unguarded) return void unguarded.push({ path, file: routePattern, protectedBy });
    const error = new UnguardedFilesError([{ path, file: `route ${routePattern}`, protectedBy }]);
    if (this.site.options.prerendered !== 'warn') throw error;
    console.warn(error.message);
  }

  /** Warns once for each page. In development the page is shown to everybody, although a build would fail. */
  #warnOfPrerendered(path: string, protectedBy: string): void {
    if (this.#warnedOf.has(path)) return;
    this.#warnedOf.add(path);
    console.warn(
      `[astro-gatehouse] ${printable(path)} is prerendered, so everybody sees it, in spite of ${protectedBy}. Render ` +
        `pages on demand: output: 'server' in astro.config, or export const prerender = false in this page.`,
    );
  }

  /** Warns once when `astro dev` passes on a request as one for a prerendered page: without a cookie. */
  warnOfUnknownVisitors(): void {
    if (this.#warnedOf.has(EMPTIED)) return;
    this.#warnedOf.add(EMPTIED);
    console.warn(`[astro-gatehouse] ${EMPTIED}`);
  }
}
