import type { APIContext } from 'astro';
import { actions, FetchState } from 'astro/fetch';
import { getFetchState } from 'astro/hono';
import { registryOf } from '../../container/services.js';
import { answerForm, keepRefusedForm } from '../forms/form-requests.js';
import { asErrorPage, withCookies } from '../request/answer.js';
import { GateRequest } from '../request/gate-request.js';
import { judge } from '../request/judging.js';
import { gatehouse } from '../start/started.js';
import { endingServices } from './end-of-answer.js';
import { renderRefusal } from './rendered-refusal.js';

/** A placeholder for the route of an address without one, where the site has an on-demand 404 page. */
const NO_ROUTE: NonNullable<FetchState['routeData']> = {
  route: '/404',
  component: '',
  params: [],
  distURL: [],
  pattern: /^/,
  segments: [],
  type: 'page',
  prerender: false,
  fallbackRoutes: [],
  isIndex: false,
  origin: 'internal',
};

/** The context that a Hono middleware receives. */
type HonoContext = Parameters<typeof getFetchState>[0];
type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>;

/**
 * Runs the guard in a pipeline of your own (`src/fetch.ts`). Put it before `actions()`, because there actions run
 * before any middleware, and so before the guard. Actions that are called at their own address are run here, so that
 * their changes to the session are stored.
 *
 * @returns The answer to send instead of the page: a refusal, or the result of an action. `undefined` when the pipeline
 *   continues.
 * @example
 * const state = new FetchState(request);
 * return (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages);
 */
export function guard(state: FetchState): Promise<Response | undefined>;
/**
 * Runs the guard in a middleware of your own that runs actions itself. Call it before the action.
 *
 * @example
 * const { action, setActionResult, serializeActionResult } = getActionContext(context);
 * if (!action) return next();
 * const refusal = await guard(context);
 * if (refusal) return refusal;
 * setActionResult(action.name, serializeActionResult(await action.handler()));
 */
export function guard(context: APIContext): Promise<Response | undefined>;
/**
 * Returns the guard as a Hono middleware.
 *
 * @example app.use(guard(), actions(), middleware(), pages());
 */
export function guard(): HonoMiddleware;
export function guard(asked?: FetchState | APIContext): Promise<Response | undefined> | HonoMiddleware {
  if (!asked) return async (context, next) => (await ahead(getFetchState(context))) ?? void (await next());
  return asked instanceof FetchState ? ahead(asked) : judgeFor(asked);
}

/** Runs the guard within a middleware. */
async function judgeFor(context: APIContext): Promise<Response | undefined> {
  const request = GateRequest.of(context);
  const refusal = await judge(request, context, 'anything');
  return refusal && renderRefusal(request, context, refusal);
}

/** Runs the guard before every middleware, where no session is open yet. */
async function ahead(state: FetchState): Promise<Response | undefined> {
  // A prerendered page is for everybody.
  if (state.routeData?.prerender && state.routeData.route !== NO_ROUTE.route) return undefined;
  const context = contextOf(state);
  const ofTools = gatehouse.devTools?.answer(context);
  // Nothing else adds the cookies to an answer that is returned here.
  if (ofTools) return withCookies(await ofTools, context.cookies.headers());
  registryOf(gatehouse.services).assertInTime();
  const answer = () => answerAhead(state, context);
  return endingServices(gatehouse.services, context, answer);
}

function answerAhead(state: FetchState, context: APIContext): Promise<Response | undefined> {
  const request = GateRequest.of(context);
  return request.ahead(context, async () => {
    const refusal = await judge(request, context, 'anything');
    if (refusal?.status === 404 && refusal.body === null) asErrorPage(refusal, true);
    if (refusal && context.isPrerendered) gatehouse.prerendered.warnOfUnknownVisitors();
    const isForeign = isFromElsewhere(context);
    if (refusal) {
      const kept = isForeign ? refusal : await keepRefusedForm(request, context, refusal);
      return renderRefusal(request, context, kept);
    }
    if (request.guarded?.action?.calledFrom === 'rpc') return actions(state);
    return isForeign ? undefined : answerForm(request, context);
  });
}

/**
 * Returns the context of a request, even if Astro has no route for it, because the application's own routes may follow
 * the guard. Without a route, as with a prerendered 404 page, Astro creates no context, and its `actions()` would
 * throw.
 */
function contextOf(state: FetchState): APIContext {
  if (state.routeData) return state.getAPIContext();
  state.routeData = NO_ROUTE;
  try {
    // The state keeps the context for later calls.
    return state.getAPIContext();
  } finally {
    state.routeData = undefined;
  }
}

/**
 * Checks the origin of a form. Astro has not done so yet (`security.checkOrigin`): it does before it runs an action.
 */
function isFromElsewhere({ request, url }: APIContext): boolean {
  return request.method === 'POST' && request.headers.get('origin') !== url.origin;
}
