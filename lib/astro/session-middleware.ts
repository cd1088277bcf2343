import type { APIContext, MiddlewareHandler, MiddlewareNext } from 'astro';
import { mayChange } from '../access/csrf/csrf-guard.js';
import { AccessDeniedError } from '../errors.js';
import { endingServices } from './end-of-answer.js';
import { answerDenied, inspectAnswer, inspectForgery } from './inspect.js';
import { putOnLocals } from './locals.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Runs before every other middleware: opens the session and, when everything else is done, commits it. */
export const onRequest: MiddlewareHandler = (context, next) => {
  if (context.isPrerendered) return answerWithoutSession(context, next);
  if (gatehouse.toolbar?.isFor(context)) return gatehouse.toolbar.answer(context);
  gatehouse.assertWhole();
  const cycle = RequestCycle.of(gatehouse, context);
  const run = () => cycle.run(context, () => answer(context, next));
  return endingServices(gatehouse.services, context, run);
};

/** Nobody's middleware is to act on a request that another site sent, nor to show what the guard was never asked about. */
async function answer(context: APIContext, next: MiddlewareNext): Promise<Response> {
  const forgery = mayChange(context.request.method) ? await inspectForgery(context) : undefined;
  if (forgery) return forgery;
  const response = await orRefusal(context, next);
  // Where a middleware gives nothing, Astro takes the answer of those behind it.
  return response instanceof Response ? ((await inspectAnswer(context, response)) ?? response) : response;
}

/** What `authorize()` throws in another middleware is answered as in a page. */
async function orRefusal(context: APIContext, next: MiddlewareNext): Promise<Response> {
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return answerDenied(context, error);
  }
}

/** A prerendered page is made once for everybody: it sees a guest, and whatever would change the session throws. */
function answerWithoutSession(context: APIContext, next: MiddlewareNext): Promise<Response> {
  const session = gatehouse.newSession();
  session.close();
  putOnLocals(context.locals, gatehouse.scopeFor(session));
  return endingServices(gatehouse.services, context, next);
}
