import type { APIContext } from 'astro';
import { openingOf } from '../../access/pages/page-opening.js';
import { andThen, type Promised } from '../../base/promised.js';
import type { GateRequest } from '../request/gate-request.js';
import type { RoutedRequest } from '../request/routed-request.js';
import { gatehouse } from '../start/started.js';
import { requestingPage } from './requesting-page.js';

/**
 * Lets a request begin a route: looks up the roles that the visitor has there, before any code reads them. Without
 * `access.rolesFor` it does nothing.
 */
export function enterRoute(request: GateRequest, context: APIContext, guarded: RoutedRequest): Promised<unknown> {
  if (!request.looksAtRoutes) return undefined;
  const { route } = request.identity;
  // An error page shows the visitor of the page that failed; but the answer for a hidden page must reveal nothing of it.
  if (route && !request.isHidden && gatehouse.parts.errorPages.has(context.routePattern)) {
    guarded.page = route.page;
    return request.identity.resolve();
  }
  if (!guarded.isPartOfPage) return lookUp(request, guarded);
  return andThen(requestingPage(context, request.url), (page) => {
    guarded.page = page;
    return andThen(lookUp(request, guarded), () => page && admit(request, guarded, page));
  });
}

function lookUp(request: GateRequest, guarded: RoutedRequest): Promised<unknown> {
  request.identity.enter(guarded);
  return request.identity.resolve();
}

/** Forgets the page, and the roles there, when the visitor may not open it: nothing may be gained by naming it. */
function admit(
  request: GateRequest,
  guarded: RoutedRequest,
  page: NonNullable<RoutedRequest['page']>,
): Promised<unknown> {
  return andThen(gatehouse.parts.guard.admits(openingOf(page, guarded), request.visitor), (mayOpen) => {
    if (mayOpen === true) return undefined;
    guarded.page = undefined;
    return lookUp(request, guarded);
  });
}
