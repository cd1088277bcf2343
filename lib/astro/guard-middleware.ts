import { endpoints } from 'virtual:astro-gatehouse/routes';
import type { APIContext, MiddlewareHandler } from 'astro';
import { type GuardedRequest, isNavigation } from '../access/guarded-request.js';
import { AccessDeniedError } from '../errors.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Runs after every other middleware, because only there the route that will be served is known. */
export const onRequest: MiddlewareHandler = async (context, next) => {
  if (context.isPrerendered) return next();
  const scope = context.locals.services;
  await RequestCycle.of(gatehouse, context).adoptAstroSession(scope.session);
  const request = guardedRequest(context);
  const refusal = await gatehouse.guard.inspect(request, await scope.resolveVisitor());
  if (refusal) return refusal;
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return gatehouse.guard.answer(error, request, scope.visitor);
  }
};

function guardedRequest({ request, routePattern, params }: APIContext): GuardedRequest {
  const { pathname, search } = new URL(request.url);
  const { method, headers } = request;
  return {
    method,
    pathname,
    search,
    routePattern,
    params,
    isNavigation: isNavigation(headers, !endpoints.has(routePattern)),
  };
}
