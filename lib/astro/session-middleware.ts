import type { MiddlewareHandler } from 'astro';
import { Session } from '../session/session.js';
import { putOnLocals } from './locals.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/** Runs before every other middleware: opens the session and, when everything else is done, commits it. */
export const onRequest: MiddlewareHandler = (context, next) => {
  if (context.isPrerendered) return answerWithoutSession(context.locals, next);
  return RequestCycle.of(gatehouse, context).run(context, next);
};

/** A prerendered page is made once for everybody: it sees a guest, and whatever would change the session throws. */
function answerWithoutSession<Result>(locals: object, next: () => Result): Result {
  const session = new Session();
  session.close();
  putOnLocals(locals, gatehouse.scopeFor(session));
  return next();
}
