import type { APIContext, MiddlewareNext } from 'astro';
import { mayChange } from '../access/csrf/csrf-guard.js';
import { ScopedRequest } from '../container/request-scope.js';
import { AccessDeniedError } from '../errors.js';
import { madeSession } from '../session/made-session.js';
import { andThen, type Promised } from '../session/promised.js';
import { draftOf } from '../session/session.js';
import { endingServices } from './end-of-answer.js';
import type { Hearing } from './request/answer.js';
import { GateRequest } from './request/gate-request.js';
import { answerDenied, judgeAnswer, vet } from './request/judging.js';
import { putOnLocals } from './request/locals.js';
import { gatehouse } from './started.js';

/** Runs before every other middleware: opens the session and, when everything else is done, commits it. */
export const onRequest = (context: APIContext, next: MiddlewareNext): Promised<Response> => {
  if (context.isPrerendered) return answerWithoutSession(context, next);
  const ofTools = gatehouse.devTools?.answer(context);
  if (ofTools) return ofTools;
  gatehouse.services.assertInTime();
  const request = GateRequest.of(context);
  const run = () => request.run(context, () => answer(request, context, next), hearingOf(request, context));
  return endingServices(gatehouse.services, context, run);
};

/** No middleware is to act on a request that another site sent. */
function answer(request: GateRequest, context: APIContext, next: MiddlewareNext): Promised<Response> {
  const forgery = mayChange(context.request.method) ? vet(request, context) : undefined;
  return forgery ? forgery.then((refusal) => refusal ?? next()) : next();
}

/** No middleware is to show what the guard was never asked about; what `authorize()` throws in one is answered as in a page. */
function hearingOf(request: GateRequest, context: APIContext): Hearing<Response> {
  const judge = (response: Response): Promised<Response> => {
    // Where a middleware gives nothing, Astro takes the answer of those behind it.
    if (!(response instanceof Response)) return response;
    return andThen(judgeAnswer(request, context, response), (refusal) => refusal ?? response);
  };
  const rescue = (error: unknown): Promised<Response> => {
    if (error instanceof AccessDeniedError) return answerDenied(request, context, error).then(judge);
    throw error;
  };
  return { judge, rescue };
}

/** A prerendered page is made once for everybody: it sees a guest, and whatever would change the session throws. */
function answerWithoutSession(context: APIContext, next: MiddlewareNext): Promised<Response> {
  const session = madeSession(gatehouse.services.madeClasses);
  draftOf(session).close();
  const request = new ScopedRequest(gatehouse.services, session);
  const given = putOnLocals(context.locals, request);
  if (given !== undefined) request.identity.adopt(given, true);
  return endingServices(gatehouse.services, context, next);
}
