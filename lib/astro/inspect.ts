import { routes, routesNow } from 'virtual:astro-gatehouse/routes';
import type { APIContext } from 'astro';
import { mayChange } from '../access/csrf/csrf-guard.js';
import { isInternalPath } from '../access/internal-path.js';
import { isHidden } from '../access/refusal.js';
import { AstroRequest } from './astro-request.js';
import { returnStaleForm } from './forms/form-requests.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Asks the guards about a request whose session is open. @returns A refusal, or `undefined`. */
export async function inspect(context: APIContext): Promise<Response | undefined> {
  const { services: scope, session } = context.locals;
  const cycle = RequestCycle.of(gatehouse, context);
  if (gatehouse.looksIntoAstroSessions) await cycle.adoptAstroSession(session);
  const request = await toRequest(context, cycle);
  scope.request = request;
  scope.decision = undefined;
  const forgery = mayChange(request.sentMethod) ? await refuseForgery(context, request, cycle) : undefined;
  if (forgery) return forgery;
  const refusal = await gatehouse.guard.inspect(request, await scope.resolveVisitor());
  // Of islands and actions Astro asks us whether they are there or not, and then says so by itself.
  if (refusal && isHidden(refusal) && !isInternalPath(request.routePattern, '')) cycle.hide();
  return gatehouse.toolbar ? noted(context, refusal) : refusal;
}

/** Has the toolbar of the development server remember what the guards said last. @returns What is answered. */
export async function noted<Refusal extends Response | undefined>(
  context: APIContext,
  refusal: Refusal,
): Promise<Refusal> {
  const { services: scope } = context.locals;
  const { arrival } = RequestCycle.of(gatehouse, context);
  if (scope.request instanceof AstroRequest) {
    await gatehouse.toolbar?.note(arrival.request, scope.request, scope, refusal);
  }
  return refusal;
}

/**
 * Asks whether a request is the visitor's own doing, before another middleware can do what it asks for. After them it is
 * asked again by {@link inspect} where one of them has made another request of it.
 *
 * @returns A refusal, or `undefined`.
 */
export async function inspectForgery(context: APIContext): Promise<Response | undefined> {
  const cycle = RequestCycle.of(gatehouse, context);
  return mayChange(cycle.arrival.request.method)
    ? refuseForgery(context, await toRequest(context, cycle), cycle)
    : undefined;
}

async function refuseForgery(
  context: APIContext,
  request: AstroRequest,
  cycle: RequestCycle,
): Promise<Response | undefined> {
  if (cycle.wasVetted(context)) return undefined;
  const { session } = context.locals;
  const refusal = await gatehouse.csrf.inspect(request, session);
  if (!refusal) return void cycle.vet(context);
  await gatehouse.toolbar?.note(cycle.arrival.request, request, context.locals.services, refusal);
  // What other middlewares have done for it is taken back.
  session.rollBack();
  cycle.makePersonal();
  return request.isStaleForm ? returnStaleForm(context, request, refusal) : refusal;
}

async function toRequest(context: APIContext, cycle: RequestCycle): Promise<AstroRequest> {
  const known = routesNow ? await routesNow() : routes;
  const { services } = context.locals;
  const watch = gatehouse.toolbar?.watch();
  return new AstroRequest(
    context,
    services,
    known,
    cycle.arrival,
    () => cycle.makePersonal(),
    watch,
    gatehouse.errorPages,
  );
}
