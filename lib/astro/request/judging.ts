import type { APIContext } from 'astro';
import { asCsrfVerdict, mayChange } from '../../access/csrf/csrf-guard.js';
import type { GuardedRequest } from '../../access/guard/guarded-request.js';
import { asVerdict, type Verdict } from '../../access/guard/verdict.js';
import { isInternalPath } from '../../access/paths/special-paths.js';
import { asAnswer, isHidden, plain } from '../../access/refusal/refusal.js';
import { andThen, type Promised } from '../../base/promised.js';
import type { AccessDeniedError } from '../../errors/index.js';
import { returnStaleForm } from '../forms/form-requests.js';
import { enterRoute } from '../pages/route-entry.js';
import { buildChannel } from '../report/build-channel.js';
import { currentRoutes } from '../start/current-routes.js';
import { ISLAND_ROUTE, type ProjectRoutes } from '../start/project-routes.js';
import { gatehouse } from '../start/started.js';
import { discard } from './answer.js';
import type { GateRequest } from './gate-request.js';
import { RoutedRequest } from './routed-request.js';

/** The source of the answer: the route that Astro found, or anything, which includes the application's own code. */
type AnsweredBy = 'route' | 'anything';

/**
 * Lets the guards judge a request whose session is open.
 *
 * @returns A refusal, or `undefined`.
 */
export function judge(
  request: GateRequest,
  context: APIContext,
  answeredBy: AnsweredBy = 'route',
): Promised<Response | undefined> {
  return andThen(routed(request, context, answeredBy), (guarded) => {
    const forgery = mayChange(guarded.sentMethod) ? refuseForgery(request, guarded) : undefined;
    return andThen(forgery, (refusal) => refusal ?? judgeRouted(request, guarded));
  });
}

function judgeRouted(request: GateRequest, guarded: RoutedRequest): Promised<Response | undefined> {
  // The page must see the visitor whom a resolver looks up, even if the guard does not need them.
  const lookedUp = request.looksElsewhere ? request.identity.resolve() : undefined;
  const verdict = andThen(lookedUp, () => gatehouse.parts.guard.judge(guarded, () => request.identity.resolve()));
  return andThen(verdict, (said) =>
    andThen(heard(request, guarded, asVerdict(said)), (refusal) => {
      if (!refusal) letIn(request, guarded);
      // Astro asks about islands and actions that do not exist, too, and answers those itself.
      else if (isHidden(refusal) && !isInternalPath(guarded.routePattern, '')) request.hide();
      return refusal;
    }),
  );
}

/**
 * Lets the guards judge an answer that did not pass them, because a middleware created it, or replaced the page's
 * answer by it. Redirects, refusals and errors reveal nothing of the page.
 *
 * @returns The answer to send instead, or `undefined`.
 */
export function judgeAnswer(
  request: GateRequest,
  context: APIContext,
  answer: Response,
): Promised<Response | undefined> {
  if (request.hasPassed || showsNothing(answer)) return undefined;
  return refusedBefore(request) ?? judgeShown(request, context, answer);
}

/**
 * Returns the answer with which the visitor was refused in this run, after another page was rendered for it: the context is
 * now that page's, and nothing else can be judged by it.
 */
function refusedBefore({ refusedWith, context }: GateRequest): Response | undefined {
  if (refusedWith?.run !== context) return undefined;
  const { body, bodyUsed } = refusedWith.answer;
  return bodyUsed || body?.locked ? plain(403) : refusedWith.answer;
}

async function judgeShown(request: GateRequest, context: APIContext, answer: Response): Promise<Response | undefined> {
  const guarded = await routed(request, context, 'anything');
  const visitor = await request.identity.resolve();
  // A visitor who has just been signed out may see the answer to their sign-out.
  const asked = request.draft.wasEnded && visitor.isGuest ? (request.arrivedAs ?? visitor) : visitor;
  const refusal = await heard(request, guarded, asVerdict(await gatehouse.parts.guard.judge(guarded, () => asked)));
  if (!refusal) return void letIn(request, guarded);
  discard(answer);
  if (isPreflight(context.request)) return withoutBody(answer);
  const isNotFoundPage = gatehouse.parts.errorPages.has(context.routePattern);
  return isHidden(refusal) && isNotFoundPage ? notFoundPage(context) : refusal;
}

/** Answers a visitor whom the code of a page or of a middleware refused. */
export async function answerDenied(
  request: GateRequest,
  context: APIContext,
  error: AccessDeniedError,
): Promise<Response> {
  if (request.rendersRefusal) return plain(403);
  const { guarded = await routed(request, context, 'anything'), verdict: earlier } = request;
  request.rollBack();
  const verdict = asVerdict(await gatehouse.parts.guard.judgeDenied(error, guarded, request.visitor));
  const { views = [], rulings = [] } = earlier ?? {};
  await heard(request, guarded, { ...verdict, views, rulings: [...rulings, ...verdict.rulings] });
  return asAnswer(verdict.response);
}

/**
 * Checks that the visitor sent a request intentionally, before another middleware can act on it. {@link judge} checks
 * again when a middleware has replaced the request.
 *
 * @returns A refusal, or `undefined`.
 */
export async function vet(request: GateRequest, context: APIContext): Promise<Response | undefined> {
  return mayChange(request.original.method) ? refuseForgery(request, await toRouted(request, context)) : undefined;
}

async function refuseForgery(request: GateRequest, guarded: RoutedRequest): Promise<Response | undefined> {
  const { context } = request;
  // Development passes a request for a prerendered page without cookies, so it cannot act in a visitor's name.
  if (wasVetted(request) || context.isPrerendered) return undefined;
  const verdict = asCsrfVerdict(await gatehouse.parts.csrf.judge(guarded, request.session));
  if (!verdict) {
    request.vetted = context.request;
    return undefined;
  }
  const { response, decision } = verdict;
  const rulings = decision ? [{ ...decision, isGranted: false, missing: [] }] : [];
  await gatehouse.devTools?.note({ request, guarded, said: { response, views: [], rulings } });
  // Undoes what other middlewares have changed for this request.
  request.rollBack();
  request.isPersonal = true;
  const isStale = decision?.code === 'CSRF_TOKEN_REFUSED' && guarded.isNavigation;
  return isStale ? returnStaleForm(request, guarded, response) : response;
}

/**
 * Checks whether this run needs no further check for a forged request. An error page needs none, because its
 * request was checked.
 */
function wasVetted({ vetted, context }: GateRequest): boolean {
  if (vetted === context.request) return true;
  return vetted !== undefined && gatehouse.parts.errorPages.has(context.routePattern);
}

/** Records that the guard allowed a request. Error pages are allowed as such, whatever address they are shown at. */
function letIn(request: GateRequest, { action, isOwnAnswer, routePattern }: RoutedRequest): void {
  request.letInAction = action?.name;
  request.hasPassed = isOwnAnswer || !gatehouse.parts.errorPages.has(routePattern);
}

/** Records the guard's verdict. @returns The answer to send instead of the page, or `undefined`. */
function heard(request: GateRequest, guarded: GuardedRequest, verdict: Verdict): Promised<Response | undefined> {
  if (verdict.isPersonal) request.isPersonal = true;
  // The decision stays that of the page that was opened. Who may not see the page that explains it gets no other.
  if (request.rendersRefusal) return verdict.response && plain(403);
  request.verdict = verdict;
  if (!gatehouse.devTools) return verdict.response;
  return gatehouse.devTools.note({ request, guarded, said: verdict }).then(() => verdict.response);
}

/** Returns the request as the guards see it, with a visitor whom another middleware has named. */
function routed(request: GateRequest, context: APIContext, answeredBy: AnsweredBy): Promised<RoutedRequest> {
  return andThen(request.learnVisitor(), () =>
    andThen(toRouted(request, context), (guarded) => {
      guarded.isOwnAnswer = answeredBy === 'anything';
      request.guarded = guarded;
      request.hearRoute(guarded);
      if (!request.rendersRefusal) request.verdict = undefined;
      return andThen(enterRoute(request, context, guarded), () => guarded);
    }),
  );
}

function toRouted(request: GateRequest, context: APIContext): Promised<RoutedRequest> {
  return andThen(currentRoutes(), (routes) => {
    const names = context.routePattern === ISLAND_ROUTE ? namesOfIsland(routes, context) : undefined;
    return andThen(names, (known) => {
      const guarded = new RoutedRequest(request, context, routes, known);
      if (guarded.method !== 'OPTIONS') return guarded;
      return andThen(routes.optionsHandlers.get(context.routePattern)?.() ?? false, (hasHandler) => {
        guarded.hasOptionsHandler = hasHandler;
        return guarded;
      });
    });
  });
}

/** Returns the names by which rules identify a server island, for the name that Astro gave to it. */
async function namesOfIsland(
  { islands }: ProjectRoutes,
  { params }: APIContext,
): Promise<RoutedRequest['islandNames']> {
  const names = buildChannel().islandNames ?? (await islands());
  return names.get(params.name ?? '');
}

function showsNothing({ status, headers }: Response): boolean {
  return status >= 400 || (status >= 300 && headers.has('location'));
}

function withoutBody(answer: Response): Response {
  const head = new Response(null, answer);
  head.headers.delete('content-length');
  return head;
}

/**
 * Checks whether a browser asks what it may send. Such requests never carry cookies.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-request
 */
function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method');
}

/** Returns the 404 page that Astro would show. It does not run the middleware that answers at this address. */
async function notFoundPage(context: APIContext): Promise<Response> {
  const page = await context.rewrite('/404');
  return new Response(page.body, { status: 404, headers: page.headers });
}
