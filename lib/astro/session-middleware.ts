import type { APIContext, MiddlewareHandler, MiddlewareNext } from 'astro';
import { mayChange } from '../access/csrf/csrf-guard.js';
import { Session } from '../session/session.js';
import { inspectForgery } from './inspect.js';
import { putOnLocals } from './locals.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Runs before every other middleware: opens the session and, when everything else is done, commits it. */
export const onRequest: MiddlewareHandler = (context, next) => {
  if (context.isPrerendered) return answerWithoutSession(context.locals, next);
  if (gatehouse.toolbar?.isFor(context)) return gatehouse.toolbar.answer(context);
  gatehouse.assertWhole();
  const cycle = RequestCycle.of(gatehouse, context);
  return mayChange(context.request.method) ? cycle.run(context, () => vetted(context, next)) : cycle.run(context, next);
};

/** Nobody's middleware is to act on a request that another site sent. */
async function vetted(context: APIContext, next: MiddlewareNext): Promise<Response> {
  return (await inspectForgery(context)) ?? next();
}

/** A prerendered page is made once for everybody: it sees a guest, and whatever would change the session throws. */
function answerWithoutSession<Result>(locals: object, next: () => Result): Result {
  const session = new Session();
  session.close();
  putOnLocals(locals, gatehouse.scopeFor(session));
  return next();
}
