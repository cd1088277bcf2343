import { routes } from 'virtual:astro-gatehouse/routes';
import { routesNow } from 'virtual:astro-gatehouse/site';
import type { APIContext } from 'astro';
import { asCsrfVerdict, mayChange } from '../access/csrf/csrf-guard.js';
import { isInternalPath } from '../access/internal-path.js';
import { asAnswer, isHidden } from '../access/refusal.js';
import { asVerdict, type Verdict } from '../access/verdict.js';
import type { AccessDeniedError } from '../errors.js';
import { andThen, type Promised } from '../session/promised.js';
import { draftOf } from '../session/session.js';
import { AstroRequest } from './astro-request.js';
import { buildChannel } from './build-channel.js';
import { returnStaleForm } from './forms/form-requests.js';
import { ISLAND_ROUTE } from './project-routes.js';
import { RequestCycle } from './request-cycle.js';
import { gatehouse } from './started.js';

/**
 * Asks the guards about a request whose session is open.
 *
 * @param answeredBy What may answer it: the route that Astro found, or anything, code of the application's own as well.
 * @returns A refusal, or `undefined`.
 */
export function inspect(
  context: APIContext,
  answeredBy: 'route' | 'anything' = 'route',
): Promised<Response | undefined> {
  const cycle = RequestCycle.of(gatehouse, context);
  return andThen(introduced(context, cycle, answeredBy), (request) => {
    const forgery = mayChange(request.sentMethod) ? refuseForgery(context, request, cycle) : undefined;
    return andThen(forgery, (refusal) => refusal ?? judge(context, request, cycle));
  });
}

function judge(context: APIContext, request: AstroRequest, cycle: RequestCycle): Promised<Response | undefined> {
  const { services: scope } = context.locals;
  // Whom a resolver has to look up is known to the page as well, whether the guard asks for them or not.
  const lookedUp = scope.resolver.looksElsewhere ? scope.resolveVisitor() : undefined;
  const verdict = andThen(lookedUp, () => gatehouse.guard.judge(request, () => scope.resolveVisitor()));
  return andThen(verdict, (said) =>
    andThen(heard(context, cycle, asVerdict(said)), (refusal) => {
      if (!refusal) cycle.letIn(request);
      // Of islands and actions Astro asks us whether they are there or not, and then says so by itself.
      else if (isHidden(refusal) && !isInternalPath(request.routePattern, '')) cycle.hide();
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
export function inspectAnswer(context: APIContext, answer: Response): Promised<Response | undefined> {
  const cycle = RequestCycle.of(gatehouse, context);
  return cycle.hasPassed || showsNothing(answer) ? undefined : judgeAnswer(context, answer, cycle);
}

async function judgeAnswer(context: APIContext, answer: Response, cycle: RequestCycle): Promise<Response | undefined> {
  const request = await introduced(context, cycle, 'anything');
  const { services: scope } = context.locals;
  const visitor = await scope.resolveVisitor();
  // Who has just been signed out is told so.
  const asked = draftOf(scope.session).wasEnded && visitor.isGuest ? (cycle.arrivedAs ?? visitor) : visitor;
  const refusal = await heard(context, cycle, asVerdict(await gatehouse.guard.judge(request, () => asked)));
  if (!refusal) return void cycle.letIn(request);
  // Nobody reads on, and whatever feeds it is to know.
  answer.body?.cancel().catch(() => {});
  if (isPreflight(context.request)) return withoutBody(answer);
  return isHidden(refusal) && gatehouse.errorPages.has(context.routePattern) ? notFoundPage(context) : refusal;
}

/** The page that Astro would show, without asking the middleware for it that answers by itself under this address. */
async function notFoundPage(context: APIContext): Promise<Response> {
  const page = await context.rewrite('/404');
  return new Response(page.body, { status: 404, headers: page.headers });
}

/** Answers somebody whom code of a page's own refused, or that of a middleware. */
export async function answerDenied(context: APIContext, error: AccessDeniedError): Promise<Response> {
  const { services: scope } = context.locals;
  const cycle = RequestCycle.of(gatehouse, context);
  const request = scope.request ?? (await introduced(context, cycle, 'anything'));
  scope.rollBack();
  const { views = [], rulings = [] } = scope.verdict ?? {};
  const verdict = asVerdict(await gatehouse.guard.judgeDenied(error, request, scope.visitor));
  await heard(context, cycle, { ...verdict, views, rulings: [...rulings, ...verdict.rulings] });
  return asAnswer(verdict.response);
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

/** The request as the guards see it, who are to know whom another middleware knows. */
function introduced(
  context: APIContext,
  cycle: RequestCycle,
  answeredBy: 'route' | 'anything',
): Promised<AstroRequest> {
  const { services: scope } = context.locals;
  return andThen(cycle.learnVisitor(scope), () =>
    andThen(toRequest(context, cycle), (request) => {
      request.isOwnAnswer = answeredBy === 'anything';
      scope.request = request;
      scope.verdict = undefined;
      return request;
    }),
  );
}

/** Takes note of what the guard said. @returns What to answer in place of the page, if anything. */
function heard(context: APIContext, cycle: RequestCycle, verdict: Verdict): Promised<Response | undefined> {
  const { services: scope } = context.locals;
  scope.verdict = verdict;
  if (verdict.isPersonal) cycle.makePersonal();
  const { request } = scope;
  if (!gatehouse.devTools || !(request instanceof AstroRequest)) return verdict.response;
  const noted = gatehouse.devTools.note({ arrival: cycle.arrival.request, request, scope, said: verdict });
  return noted.then(() => verdict.response);
}

/**
 * Asks whether a request is the visitor's own doing, before another middleware can do what it asks for. After them it is
 * asked again by {@link inspect} where one of them has made another request of it.
 *
 * @returns A refusal, or `undefined`.
 */
export async function inspectForgery(context: APIContext): Promise<Response | undefined> {
  const cycle = RequestCycle.of(gatehouse, context);
  return mayChange(cycle.arrival.request.method)
    ? refuseForgery(context, await toRequest(context, cycle), cycle)
    : undefined;
}

async function refuseForgery(
  context: APIContext,
  request: AstroRequest,
  cycle: RequestCycle,
): Promise<Response | undefined> {
  // What development hands over as for a prerendered page has no cookie, with which something could be done in a name.
  if (cycle.wasVetted(context) || context.isPrerendered) return undefined;
  const { services: scope } = context.locals;
  const verdict = asCsrfVerdict(await gatehouse.csrf.judge(request, scope.session));
  if (!verdict) return void cycle.vet(context);
  const { response, decision } = verdict;
  const rulings = decision ? [{ ...decision, isGranted: false, missing: [] }] : [];
  const said = { response, views: [], rulings };
  await gatehouse.devTools?.note({ arrival: cycle.arrival.request, request, scope, said });
  // What other middlewares have done for it is taken back.
  scope.rollBack();
  cycle.makePersonal();
  const isStale = decision?.code === 'CSRF_TOKEN_REFUSED' && request.isNavigation;
  return isStale ? returnStaleForm(context, request, response) : response;
}

function toRequest(context: APIContext, cycle: RequestCycle): Promised<AstroRequest> {
  const { services } = context.locals;
  return andThen(routesNow ? routesNow() : routes, (known) => {
    const isIsland = context.routePattern === ISLAND_ROUTE;
    return andThen(isIsland ? (buildChannel().islandNames ?? known.islands()) : undefined, (names) => {
      const islandNames = names?.get(context.params.name ?? '');
      return new AstroRequest(context, services, known, cycle.arrival, islandNames, gatehouse.errorPages);
    });
  });
}
