import type { APIContext } from 'astro';
import { asCsrfVerdict, mayChange } from '../../access/csrf/csrf-guard.js';
import type { GuardedRequest } from '../../access/guarded-request.js';
import { isInternalPath } from '../../access/paths/special-paths.js';
import { asAnswer, isHidden } from '../../access/refusal.js';
import { asVerdict, type Verdict } from '../../access/verdict.js';
import type { AccessDeniedError } from '../../errors.js';
import { andThen, type Promised } from '../../session/promised.js';
import { buildChannel } from '../build-channel.js';
import { returnStaleForm } from '../forms/form-requests.js';
import { ISLAND_ROUTE, type ProjectRoutes } from '../project-routes.js';
import { gatehouse } from '../started.js';
import { currentRoutes } from './current-routes.js';
import type { GateRequest } from './gate-request.js';
import { RoutedRequest } from './routed-request.js';

/** What may answer a request: the route that Astro found, or anything, code of the application's own as well. */
type AnsweredBy = 'route' | 'anything';

/**
 * Asks the guards about a request whose session is open.
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
  // Whom a resolver has to look up is known to the page as well, whether the guard asks for them or not.
  const lookedUp = request.looksElsewhere ? request.identity.resolve() : undefined;
  const verdict = andThen(lookedUp, () => gatehouse.parts.guard.judge(guarded, () => request.identity.resolve()));
  return andThen(verdict, (said) =>
    andThen(heard(request, guarded, asVerdict(said)), (refusal) => {
      if (!refusal) letIn(request, guarded);
      // Of islands and actions Astro asks us whether they are there or not, and then says so by itself.
      else if (isHidden(refusal) && !isInternalPath(guarded.routePattern, '')) request.hide();
      return refusal;
    }),
  );
}

/**
 * Asks the guards about an answer that never passed them: that of a middleware which answers by itself, or puts it in the
 * place of a page. Redirects, refusals and errors show nothing of what is asked for.
 *
 * @returns What to answer instead, or `undefined`.
 */
export function judgeAnswer(
  request: GateRequest,
  context: APIContext,
  answer: Response,
): Promised<Response | undefined> {
  return request.hasPassed || showsNothing(answer) ? undefined : judgeShown(request, context, answer);
}

async function judgeShown(request: GateRequest, context: APIContext, answer: Response): Promise<Response | undefined> {
  const guarded = await routed(request, context, 'anything');
  const visitor = await request.identity.resolve();
  // Who has just been signed out is told so.
  const asked = request.draft.wasEnded && visitor.isGuest ? (request.arrivedAs ?? visitor) : visitor;
  const refusal = await heard(request, guarded, asVerdict(await gatehouse.parts.guard.judge(guarded, () => asked)));
  if (!refusal) return void letIn(request, guarded);
  // Nobody reads on, and whatever feeds it is to know.
  answer.body?.cancel().catch(() => {});
  if (isPreflight(context.request)) return withoutBody(answer);
  const isNotFoundPage = gatehouse.parts.errorPages.has(context.routePattern);
  return isHidden(refusal) && isNotFoundPage ? notFoundPage(context) : refusal;
}

/** Answers a visitor whom code of a page's own refused, or that of a middleware. */
export async function answerDenied(
  request: GateRequest,
  context: APIContext,
  error: AccessDeniedError,
): Promise<Response> {
  const { guarded = await routed(request, context, 'anything'), verdict: earlier } = request;
  request.rollBack();
  const verdict = asVerdict(await gatehouse.parts.guard.judgeDenied(error, guarded, request.visitor));
  const { views = [], rulings = [] } = earlier ?? {};
  await heard(request, guarded, { ...verdict, views, rulings: [...rulings, ...verdict.rulings] });
  return asAnswer(verdict.response);
}

/**
 * Asks whether a request is the visitor's own doing, before another middleware can do what it asks for. After them it is
 * asked again by {@link judge} where one of them has made another request of it.
 *
 * @returns A refusal, or `undefined`.
 */
export async function vet(request: GateRequest, context: APIContext): Promise<Response | undefined> {
  return mayChange(request.original.method) ? refuseForgery(request, await toRouted(request, context)) : undefined;
}

async function refuseForgery(request: GateRequest, guarded: RoutedRequest): Promise<Response | undefined> {
  const { context } = request;
  // What development hands over as for a prerendered page has no cookie, with which something could be done in a name.
  if (wasVetted(request) || context.isPrerendered) return undefined;
  const verdict = asCsrfVerdict(await gatehouse.parts.csrf.judge(guarded, request.session));
  if (!verdict) {
    request.vetted = context.request;
    return undefined;
  }
  const { response, decision } = verdict;
  const rulings = decision ? [{ ...decision, isGranted: false, missing: [] }] : [];
  await gatehouse.devTools?.note({ request, guarded, said: { response, views: [], rulings } });
  // What other middlewares have done for it is taken back.
  request.rollBack();
  request.isPersonal = true;
  const isStale = decision?.code === 'CSRF_TOKEN_REFUSED' && guarded.isNavigation;
  return isStale ? returnStaleForm(request, guarded, response) : response;
}

/** Whether this run needs no other look at where its request comes from. Error pages do nothing that was not asked. */
function wasVetted({ vetted, context }: GateRequest): boolean {
  if (vetted === context.request) return true;
  return vetted !== undefined && gatehouse.parts.errorPages.has(context.routePattern);
}

/** Notes that the guard let a request in. Error pages are let in as such, whatever address they are shown under. */
function letIn(request: GateRequest, { action, isOwnAnswer, routePattern }: RoutedRequest): void {
  request.letInAction = action?.name;
  request.hasPassed = isOwnAnswer || !gatehouse.parts.errorPages.has(routePattern);
}

/** Takes note of the guard's answer. @returns What to answer in place of the page, if anything. */
function heard(request: GateRequest, guarded: GuardedRequest, verdict: Verdict): Promised<Response | undefined> {
  request.verdict = verdict;
  if (verdict.isPersonal) request.isPersonal = true;
  if (!gatehouse.devTools) return verdict.response;
  return gatehouse.devTools.note({ request, guarded, said: verdict }).then(() => verdict.response);
}

/** The request as the guards see it, who are to know whom another middleware knows. */
function routed(request: GateRequest, context: APIContext, answeredBy: AnsweredBy): Promised<RoutedRequest> {
  return andThen(request.learnVisitor(), () =>
    andThen(toRouted(request, context), (guarded) => {
      guarded.isOwnAnswer = answeredBy === 'anything';
      request.guarded = guarded;
      request.verdict = undefined;
      return guarded;
    }),
  );
}

function toRouted(request: GateRequest, context: APIContext): Promised<RoutedRequest> {
  return andThen(currentRoutes(), (routes) => {
    const names = context.routePattern === ISLAND_ROUTE ? namesOfIsland(routes, context) : undefined;
    return andThen(names, (known) => new RoutedRequest(request, context, routes, known));
  });
}

/** By the name that Astro gave to a server island, those by which rules know it. */
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

/** A request of a browser that asks what it may send, and never brings a cookie. @see https://fetch.spec.whatwg.org/#cors-preflight-request */
function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method');
}

/** The page that Astro would show, without asking the middleware for it that answers by itself under this address. */
async function notFoundPage(context: APIContext): Promise<Response> {
  const page = await context.rewrite('/404');
  return new Response(page.body, { status: 404, headers: page.headers });
}
