import type { APIContext, MiddlewareNext } from 'astro';
import { mayChange } from '../access/csrf/csrf-guard.js';
import { ScopedRequest } from '../container/request-scope.js';
import { AccessDeniedError } from '../errors.js';
import { madeSession } from '../session/made-session.js';
import { andThen, type Promised } from '../session/promised.js';
import { draftOf } from '../session/session.js';
import { endingServices } from './end-of-answer.js';
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
  return endingServices(gatehouse.services, context, () => request.run(context, () => answer(context, next)));
};

/** No middleware is to act on a request that another site sent, nor to show what the guard was never asked about. */
function answer(context: APIContext, next: MiddlewareNext): Promised<Response> {
  const forgery = mayChange(context.request.method) ? vet(context) : undefined;
  return andThen(forgery, (refusal) => refusal ?? next().then(...judgedIn(context)));
}

/** What becomes of an answer, or of what is thrown: a refusal by `authorize()` in another middleware is answered as in a page. */
function judgedIn(context: APIContext) {
  const judged = (response: Response): Promised<Response> => {
    // Where a middleware gives nothing, Astro takes the answer of those behind it.
    if (!(response instanceof Response)) return response;
    return andThen(judgeAnswer(context, response), (refusal) => refusal ?? response);
  };
  const denied = (error: unknown): Promise<Response> => {
    if (error instanceof AccessDeniedError) return answerDenied(context, error).then(judged);
    throw error;
  };
  return [judged, denied] as const;
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
