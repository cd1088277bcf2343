import { routes, routesNow } from 'virtual:astro-gatehouse/routes';
import type { MiddlewareHandler } from 'astro';
import { routedPath } from '../access/canonical-path.js';
import { AccessDeniedError } from '../errors.js';
import { AstroRequest } from './astro-request.js';
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
  const request = new AstroRequest(context, scope, routesNow ? await routesNow() : routes, () => cycle.makePersonal());
  scope.request = request;
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
