import type { APIContext } from 'astro';
import { actions, FetchState } from 'astro/fetch';
import { getFetchState } from 'astro/hono';
import { endingServices } from './end-of-answer.js';
import { answerForm, keepRefusedForm } from './forms/form-requests.js';
import { asErrorPage, withCookies } from './request/answer.js';
import { GateRequest } from './request/gate-request.js';
import { judge } from './request/judging.js';
import { gatehouse } from './started.js';

/** Stands in for the route that Astro takes for an address without one, where it can have an on-demand 404 page. */
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

/** What a Hono middleware is handed, as far as it is needed here. */
type HonoContext = Parameters<typeof getFetchState>[0];
type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>;

/**
 * The guard for a pipeline of one's own (`src/fetch.ts`), to stand before `actions()`: there actions run before any
 * middleware, and so before the guard. Actions that are called by their own address are run here, for their changes to
 * the session to be kept.
 *
 * @returns What to answer instead of the page: a refusal, or what an action gave. `undefined` when the pipeline goes on.
 * @example
 * const state = new FetchState(request);
 * return (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages);
 */
export function guard(state: FetchState): Promise<Response | undefined>;
/**
 * The same for a middleware of one's own that runs actions itself, before it does.
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
 * The same as a Hono middleware.
 *
 * @example app.use(guard(), actions(), middleware(), pages());
 */
export function guard(): HonoMiddleware;
export function guard(asked?: FetchState | APIContext): Promise<Response | undefined> | HonoMiddleware {
  if (!asked) return async (context, next) => (await ahead(getFetchState(context))) ?? void (await next());
  return asked instanceof FetchState ? ahead(asked) : Promise.resolve(judge(GateRequest.of(asked), asked, 'anything'));
}

/** Stands before every middleware, where no session is open yet. */
async function ahead(state: FetchState): Promise<Response | undefined> {
  // A page that was made before is for everybody.
  if (state.routeData?.prerender && state.routeData.route !== NO_ROUTE.route) return undefined;
  const context = contextOf(state);
  const ofTools = gatehouse.devTools?.answer(context);
  // Nobody adds the cookies of what is answered here.
  if (ofTools) return withCookies(await ofTools, context.cookies.headers());
  gatehouse.services.assertInTime();
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
    if (refusal) return isForeign ? refusal : keepRefusedForm(request, context, refusal);
    if (request.guarded?.action?.calledFrom === 'rpc') return actions(state);
    return isForeign ? undefined : answerForm(request, context);
  });
}

/**
 * The context of a request, whether or not Astro has a route for it: routes of the application's own may stand behind the
 * guard. Where it has none, as with a prerendered 404 page, it makes no context either, and its `actions()` would throw.
 */
function contextOf(state: FetchState): APIContext {
  if (state.routeData) return state.getAPIContext();
  state.routeData = NO_ROUTE;
  try {
    // Kept by the state, for whoever asks it next.
    return state.getAPIContext();
  } finally {
    state.routeData = undefined;
  }
}

/** Here Astro has not looked yet where a form comes from (`security.checkOrigin`): it does before it runs an action. */
function isFromElsewhere({ request, url }: APIContext): boolean {
  return request.method === 'POST' && request.headers.get('origin') !== url.origin;
}
