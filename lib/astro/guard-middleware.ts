import { endpoints } from 'virtual:astro-gatehouse/routes';
import type { APIContext, MiddlewareHandler } from 'astro';
import { type GuardedRequest, isNavigation } from '../access/guarded-request.js';
import { AccessDeniedError } from '../errors.js';
import { AstroSessionStore } from './astro-session-store.js';
import { gatehouse } from './started.js';

/** Runs after every other middleware, because only there the route that will be served is known. */
export const onRequest: MiddlewareHandler = async (context, next) => {
  if (context.isPrerendered) return next();
  const scope = context.locals.services;
  if (gatehouse.store instanceof AstroSessionStore) await adoptAstroSession(context, gatehouse.store);
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

/** A middleware of the application's own may have put a visitor into Astro's session since ours was opened. */
async function adoptAstroSession({ locals: { session } }: APIContext, store: AstroSessionStore): Promise<void> {
  const current = await store.current();
  if (!current) return;
  if (session.isNew && !session.isDirty) session.settle(current);
  else session.adopt(Object.fromEntries(current.values));
}
