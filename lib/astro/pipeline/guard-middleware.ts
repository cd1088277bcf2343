import type { APIContext, MiddlewareNext } from 'astro';
import { routedPath } from '../../access/paths/canonical-path.js';
import { andThen, type Promised } from '../../base/promised.js';
import { PageChecks } from '../../container/scope/page-checks.js';
import { AccessDeniedError } from '../../errors/index.js';
import { answerForm, keepRefusedForm } from '../forms/form-requests.js';
import { discard } from '../request/answer.js';
import { GateRequest } from '../request/gate-request.js';
import { answerDenied, judge } from '../request/judging.js';
import { gatehouse } from '../start/started.js';
import { ignoredChecks } from './ignored-checks.js';
import { renderRefusal } from './rendered-refusal.js';

/** Runs after every other middleware, because the route that will be served is known only there. */
export const onRequest = (context: APIContext, next: MiddlewareNext): Promised<Response> => {
  if (context.isPrerendered) return answerPrerendered(context, next);
  const request = GateRequest.of(context);
  const given = andThen(judge(request, context), (refusal) => {
    if (refusal) return answerRefusal(request, context, refusal);
    return answerChecked(request, context, next);
  });
  if (!request.rendersRefusal) request.behind = given;
  return given;
};

async function answerPrerendered(context: APIContext, next: MiddlewareNext): Promise<Response> {
  gatehouse.devTools?.note({ prerendered: context });
  gatehouse.prerendered.check(routedPath(context.routePattern, context.params), context.routePattern);
  return next();
}

function answer(request: GateRequest, context: APIContext, next: MiddlewareNext): Promise<Response> {
  const form = answerForm(request, context);
  return form ? Promise.resolve(form).then((answered) => answered ?? next()) : next();
}

/**
 * Answers once the checks of the page's own code have ended, also those for which it does not wait itself. Those of
 * middlewares are not its own: they may still wait for them.
 */
function answerChecked(request: GateRequest, context: APIContext, next: MiddlewareNext): Promise<Response> {
  const { checks: ofMiddlewares } = request;
  const checks = new PageChecks();
  request.checks = checks;
  const refuse = (error: unknown) => {
    request.checks = ofMiddlewares;
    return answerRefused(request, context, error);
  };
  return answer(request, context, next).then((given): Promised<Response> => {
    request.checks = ofMiddlewares;
    const checked = ignoredChecks(checks, context.routePattern);
    const refuseInstead = (error: unknown) => {
      discard(given);
      return refuse(error);
    };
    return checked ? checked.then(() => given, refuseInstead) : given;
  }, refuse);
}

/** Answers the error with which a page's own code refuses a visitor. */
async function answerRefused(request: GateRequest, context: APIContext, error: unknown): Promise<Response> {
  if (!(error instanceof AccessDeniedError)) throw error;
  return answerRefusal(request, context, await answerDenied(request, context, error));
}

function answerRefusal(request: GateRequest, context: APIContext, refusal: Response): Promised<Response> {
  return andThen(keepRefusedForm(request, context, refusal), (kept) => renderRefusal(request, context, kept));
}
