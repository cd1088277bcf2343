import type { GuardLoader } from '../access/page-guards.js';
import { checkGuard } from './options.js';

/** A page's or an endpoint's own file. */
export interface PageModule {
  /** The route it is served under, as Astro writes it. */
  readonly pattern: string;
  /** From the project's root. */
  readonly file: string;
  /** Gives what it exports as `guard`. */
  readonly load: () => Promise<unknown>;
}

/** @returns For each route, what loads and checks its guard. */
export function pageGuardLoaders(pages: readonly PageModule[]): Record<string, GuardLoader> {
  const loaders = pages.map(({ pattern, file, load }): [string, GuardLoader] => {
    const loadGuard = async () => {
      const guard = await load();
      return guard === undefined ? undefined : checkGuard(guard, file);
    };
    return [pattern, loadGuard];
  });
  return Object.fromEntries(loaders);
}
