import type { APIContext, MiddlewareHandler, MiddlewareNext } from 'astro';
import { mayChange } from '../access/csrf/csrf-guard.js';
import { AccessDeniedError } from '../errors.js';
import { andThen, type Promised } from '../session/promised.js';
import { draftOf } from '../session/session.js';
import { endingServices } from './end-of-answer.js';
import { answerDenied, inspectAnswer, inspectForgery } from './inspect.js';
import { putOnLocals } from './locals.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Runs before every other middleware: opens the session and, when everything else is done, commits it. */
export const onRequest: MiddlewareHandler = (context, next) => {
  if (context.isPrerendered) return answerWithoutSession(context, next);
  const ofTools = gatehouse.devTools?.answer(context);
  if (ofTools) return ofTools;
  gatehouse.assertWhole();
  const cycle = RequestCycle.of(gatehouse, context);
  const run = () => cycle.run(context, () => answer(context, next));
  return endingServices(gatehouse.services, context, run);
};

/** Nobody's middleware is to act on a request that another site sent, nor to show what the guard was never asked about. */
function answer(context: APIContext, next: MiddlewareNext): Promised<Response> {
  const forgery = mayChange(context.request.method) ? inspectForgery(context) : undefined;
  return andThen(forgery, (refusal) => refusal ?? answerVetted(context, next));
}

async function answerVetted(context: APIContext, next: MiddlewareNext): Promise<Response> {
  let response: Response;
  try {
    response = await next();
  } catch (error) {
    // What `authorize()` throws in another middleware is answered as in a page.
    if (error instanceof AccessDeniedError) response = await answerDenied(context, error);
    else throw error;
  }
  // Where a middleware gives nothing, Astro takes the answer of those behind it.
  if (!(response instanceof Response)) return response;
  return (await inspectAnswer(context, response)) ?? response;
}

/** A prerendered page is made once for everybody: it sees a guest, and whatever would change the session throws. */
function answerWithoutSession(context: APIContext, next: MiddlewareNext): Promised<Response> {
  const session = gatehouse.newSession();
  draftOf(session).close();
  putOnLocals(context.locals, gatehouse.scopeFor(session));
  return endingServices(gatehouse.services, context, next);
}
