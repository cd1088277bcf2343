import { routes, routesNow } from 'virtual:astro-gatehouse/routes';
import type { APIContext } from 'astro';
import { AstroRequest } from './astro-request.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Asks the guard about a request whose session is open. @returns A refusal, or `undefined`. */
export async function inspect(context: APIContext): Promise<Response | undefined> {
  const { services: scope, session } = context.locals;
  const cycle = RequestCycle.of(gatehouse, context);
  if (gatehouse.looksIntoAstroSessions) await cycle.adoptAstroSession(session);
  const known = routesNow ? await routesNow() : routes;
  scope.request = new AstroRequest(context, scope, known, cycle.original, () => cycle.makePersonal());
  scope.decision = undefined;
  return gatehouse.guard.inspect(scope.request, await scope.resolveVisitor());
}
