import type { MiddlewareHandler } from 'astro';
import { routedPath } from '../access/canonical-path.js';
import { AccessDeniedError } from '../errors.js';
import { answerForm, keepRefusedForm } from './forms/form-requests.js';
import { answerDenied, judge } from './request/judging.js';
import { gatehouse } from './started.js';

/** Runs after every other middleware, because only there the route that will be served is known. */
export const onRequest: MiddlewareHandler = async (context, next) => {
  if (context.isPrerendered) {
    gatehouse.devTools?.note({ prerendered: context });
    gatehouse.prerendered.check(routedPath(context.routePattern, context.params), context.routePattern);
    return next();
  }
  const refusal = await judge(context);
  if (refusal) return keepRefusedForm(context, refusal);
  try {
    return (await answerForm(context)) ?? (await next());
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return keepRefusedForm(context, await answerDenied(context, error));
  }
};
