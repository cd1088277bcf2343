import { AccessRules } from '../access/access-rules.js';
import { GuardConfig } from '../access/guard-config.js';
import type { Services } from '../container/services.js';
import { UnguardedFilesError } from '../errors.js';
import { printable } from '../session/printable.js';
import { buildChannel } from './build-channel.js';
import type { GatehouseOptions } from './options.js';

const EMPTIED =
  'Where 404.astro is prerendered, astro dev hands over requests for addresses without a page without their headers: at ' +
  'routes of your own pipeline nobody is signed in. A built site knows its visitors there; to have them known while you ' +
  'develop, write export const prerender = false in 404.astro.';

/** When pages are made. */
interface Making {
  /** Whether a build is making pages at this moment. */
  readonly isPrerendering: boolean;
  readonly isProduction: boolean;
  readonly options: Pick<GatehouseOptions, 'prerendered'>;
}

/** Pages that are made once for everybody, before anybody asks for them: no middleware runs for those. */
export class PrerenderedPages {
  readonly #warnedOf = new Set<string>();

  constructor(
    private readonly services: Services,
    private readonly site: Making,
  ) {}

  /**
   * Says while a site is built or written that a page cannot be protected: only here all its paths and rules are known.
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

  /** Says it once of each page: while a site is written it is shown to everybody, as it would not be built. */
  #warnOfPrerendered(path: string, protectedBy: string): void {
    if (this.#warnedOf.has(path)) return;
    this.#warnedOf.add(path);
    console.warn(
      `[astro-gatehouse] ${printable(path)} is prerendered, so everybody sees it, in spite of ${protectedBy}. Have pages made ` +
        `when they are asked for: output: 'server' in astro.config, or export const prerender = false in this page.`,
    );
  }

  /** Says it once where `astro dev` hands over requests as for a page that is prerendered: without a cookie. */
  warnOfUnknownVisitors(): void {
    if (this.#warnedOf.has(EMPTIED)) return;
    this.#warnedOf.add(EMPTIED);
    console.warn(`[astro-gatehouse] ${EMPTIED}`);
  }
}
