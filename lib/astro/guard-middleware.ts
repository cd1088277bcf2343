import { getActionContext } from 'astro:actions';
import { endpoints } from 'virtual:astro-gatehouse/routes';
import type { APIContext, MiddlewareHandler } from 'astro';
import { routedPath } from '../access/canonical-path.js';
import { type CalledAction, type GuardedRequest, isNavigation } from '../access/guarded-request.js';
import { canonicalActionName } from '../access/internal-path.js';
import { AccessDeniedError } from '../errors.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Runs after every other middleware, because only there the route that will be served is known. */
export const onRequest: MiddlewareHandler = async (context, next) => {
  if (context.isPrerendered) {
    gatehouse.checkPrerendered(routedPath(context.routePattern, context.params) ?? '/404', context.routePattern);
    return next();
  }
  const { services: scope, session } = context.locals;
  const cycle = RequestCycle.of(gatehouse, context);
  if (gatehouse.looksIntoAstroSessions) await cycle.adoptAstroSession(session);
  const request = guardedRequest(context, () => cycle.makePersonal());
  const refusal = await gatehouse.guard.inspect(request, await scope.resolveVisitor());
  if (refusal) return refusal;
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    session.rollBack();
    cycle.makePersonal();
    return gatehouse.guard.answer(error, request, scope.visitor);
  }
};

function guardedRequest(context: APIContext, onGuarded: () => void): GuardedRequest {
  const { request, routePattern, params } = context;
  return {
    ...pathAndQueryOf(request.url),
    method: request.method,
    routePattern,
    params,
    action: request.method === 'POST' ? calledAction(context) : undefined,
    onGuarded,
    // Asked for refusals only.
    get isNavigation() {
      return isNavigation(request.headers, !endpoints.has(routePattern));
    },
  };
}

/** A name that cannot be decoded is no action's: it stays as it is, and nothing but a rule for all matches it. */
function calledAction(context: APIContext): CalledAction | undefined {
  const { action } = getActionContext(context);
  if (!action) return undefined;
  try {
    return { name: canonicalActionName(action.name), calledFrom: action.calledFrom };
  } catch {
    return { name: action.name, calledFrom: action.calledFrom };
  }
}

/** Both as they stand in an absolute URL; parsing it once more for every request would cost more than the guard. */
function pathAndQueryOf(url: string): Pick<GuardedRequest, 'pathname' | 'search'> {
  const [, pathname = '/', search = ''] = /^[^:]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  return { pathname, search };
}
