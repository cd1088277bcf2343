import type { APIContext, MiddlewareNext } from 'astro';
import { routedPath } from '../../access/paths/canonical-path.js';
import { andThen, type Promised } from '../../base/promised.js';
import { AccessDeniedError } from '../../errors/index.js';
import { answerForm, keepRefusedForm } from '../forms/form-requests.js';
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
    const refuse = (error: unknown) => answerRefused(request, context, error);
    return answer(request, context, next).then((given) => whenChecked(request, context, given, refuse), refuse);
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

/** Waits for checks of the page's own code for which it did not wait itself. */
function whenChecked(
  request: GateRequest,
  { routePattern }: APIContext,
  answer: Response,
  refuse: (error: unknown) => Promise<Response>,
): Promised<Response> {
  const checked = ignoredChecks(request, routePattern);
  if (!checked) return answer;
  return checked.then(
    () => answer,
    (error) => {
      // Nobody reads the body, so its source must be notified.
      answer.body?.cancel().catch(() => {});
      return refuse(error);
    },
  );
}

/** Answers the error with which a page's own code refuses a visitor. */
async function answerRefused(request: GateRequest, context: APIContext, error: unknown): Promise<Response> {
  if (!(error instanceof AccessDeniedError)) throw error;
  return answerRefusal(request, context, await answerDenied(request, context, error));
}

function answerRefusal(request: GateRequest, context: APIContext, refusal: Response): Promised<Response> {
  return andThen(keepRefusedForm(request, context, refusal), (kept) => renderRefusal(request, context, kept));
}
