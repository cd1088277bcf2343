import type { RoutePath } from '../route-types.js';

/**
 * The page for signed-in visitors who are refused. They are redirected to a path; `{ render }` shows the page at the
 * address that they opened, with status 403.
 *
 * @example const forbiddenPath: ForbiddenPath = { render: '/no-entry' };
 */
export type ForbiddenPath = RoutePath | { readonly render: RoutePath };

/** A {@link ForbiddenPath}, whichever way it was written. */
export interface ForbiddenPage {
  readonly path: string;
  /** True when it is shown at the address that was opened. */
  readonly isRendered: boolean;
}

export function forbiddenPage(given: ForbiddenPath | undefined): ForbiddenPage | undefined {
  if (given === undefined) return undefined;
  return typeof given === 'string' ? { path: given, isRendered: false } : { path: given.render, isRendered: true };
}
