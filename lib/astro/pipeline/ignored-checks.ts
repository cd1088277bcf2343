import type { PageChecks } from '../../container/scope/page-checks.js';
import { gatehouse } from '../start/started.js';

const LOGGED = new Set<string>();

/**
 * Waits for `authorize()` where the code of a page, an endpoint, an action or a middleware does not.
 *
 * @param checks The checks of this code. @param route The route pattern, for the log.
 * @returns `undefined` when nothing has to be waited for.
 * @throws {AccessDeniedError} When the visitor is refused.
 */
export function ignoredChecks(checks: PageChecks | undefined, route: string): Promise<unknown> | undefined {
  const ignored = checks?.ignored();
  if (ignored && !LOGGED.has(route)) {
    LOGGED.add(route);
    gatehouse.parts.log.failure(
      `authorize() was called without "await" for ${route}. The answer waited for it, but the code went on before the ` +
        'check. Write: await authorize(…). This is logged once for each route.',
    );
  }
  return ignored;
}
