import type { APIContext, MiddlewareNext } from 'astro';
import { mayChange } from '../../access/csrf/csrf-guard.js';
import { andThen, type Promised } from '../../base/promised.js';
import { ScopedRequest } from '../../container/scope/request-scope.js';
import { registryOf } from '../../container/services.js';
import { AccessDeniedError } from '../../errors/index.js';
import { madeSession } from '../../session/made-session.js';
import { draftOf } from '../../session/session.js';
import { withReturnPath } from '../forms/kept-return-path.js';
import type { Hearing } from '../request/answer.js';
import { GateRequest } from '../request/gate-request.js';
import { answerDenied, judgeAnswer, vet } from '../request/judging.js';
import { putOnLocals } from '../request/locals.js';
import { gatehouse } from '../start/started.js';
import { endingServices } from './end-of-answer.js';
import { ignoredChecks } from './ignored-checks.js';
import { renderRefusal } from './rendered-refusal.js';

/** Runs before every other middleware: opens the session, and commits it after everything else. */
export const onRequest = (context: APIContext, next: MiddlewareNext): Promised<Response> => {
  if (context.isPrerendered) return answerWithoutSession(context, next);
  const ofTools = gatehouse.devTools?.answer(context);
  if (ofTools) return ofTools;
  registryOf(gatehouse.services).assertInTime();
  const request = GateRequest.of(context);
  const run = () => request.run(context, () => answer(request, context, next), hearingOf(request, context));
  return endingServices(gatehouse.services, context, run);
};

/** Refuses forged requests before any middleware acts on them. */
function answer(request: GateRequest, context: APIContext, next: MiddlewareNext): Promised<Response> {
  const forgery = mayChange(context.request.method) ? vet(request, context) : undefined;
  return forgery ? forgery.then((refusal) => refusal ?? next()) : next();
}

/**
 * Judges answers of middlewares that the guard has not seen, keeps the page that a guest wanted to open in redirects, and
 * answers what `authorize()` throws in one, as in a page.
 */
function hearingOf(request: GateRequest, context: APIContext): Hearing<Response> {
  const judge = (response: Response): Promised<Response> => {
    const { checks } = request;
    // What a component calls from here on comes too late to change the answer.
    request.checks = undefined;
    const checked = ignoredChecks(checks, context.routePattern);
    if (checked) return checked.then(() => judge(response), rescue);
    // If a middleware returns nothing, Astro uses the answer of the following ones.
    if (!(response instanceof Response)) return response;
    return andThen(judgeAnswer(request, context, response), (refusal) =>
      refusal ? renderRefusal(request, context, refusal) : withReturnPath(request, response),
    );
  };
  const rescue = (error: unknown): Promised<Response> => {
    if (error instanceof AccessDeniedError) {
      const refused = answerDenied(request, context, error);
      return refused.then((refusal) => renderRefusal(request, context, refusal)).then(judge);
    }
    throw error;
  };
  return { judge, rescue };
}

/**
 * Answers for a prerendered page, which is rendered once for everybody: it sees a guest, and changes of the session
 * throw.
 */
function answerWithoutSession(context: APIContext, next: MiddlewareNext): Promised<Response> {
  const session = madeSession(registryOf(gatehouse.services).madeClasses);
  draftOf(session).close();
  const request = new ScopedRequest(gatehouse.services, session);
  const given = putOnLocals(context.locals, request);
  if (given !== undefined) request.identity.adopt(given, true);
  return endingServices(gatehouse.services, context, next);
}
