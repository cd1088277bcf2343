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
  if (route && isInPlaceOf(request, context)) {
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

/**
 * Checks whether a page is shown in the place of another: an error page, or the page for refused visitors. It shows the
 * visitor with the roles of that other page; but the answer for a hidden page must reveal nothing of it.
 */
function isInPlaceOf(request: GateRequest, { routePattern }: APIContext): boolean {
  return request.rendersRefusal || (!request.isHidden && gatehouse.parts.errorPages.has(routePattern));
}
