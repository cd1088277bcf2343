import { andThen, type Promised } from '../../base/promised.js';
import { printable } from '../../base/text.js';
import type { AccessDecision } from '../access-decision.js';
import type { GuardConfig } from '../guard/guard-config.js';
import type { GuardedRequest } from '../guard/guarded-request.js';
import { REAUTHENTICATE_PARAMETER } from '../paths/return-path.js';
import type { Visitor } from '../visitor.js';
import { CLIENT_HEADERS, type RefusedClient } from './client.js';
import { type Redirects, withParameter } from './redirects.js';
import { actionError, inPlace, plain, problem, redirectTo } from './refusal.js';

/** The answers to refused visitors, each in the form that the client can use: see `client.ts`. */
export class Answers {
  constructor(
    private readonly redirects: Redirects,
    private readonly config: GuardConfig,
  ) {}

  /** Answers a visitor who has to sign in, or to sign in again. */
  challenge(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    if (request.action?.calledFrom === 'rpc') return actionError(401);
    const client = clientFor(request, decision);
    if (client === 'program') return forClient(problem(401, decision));
    const target = this.redirects.toSignIn(decision.rule, this.redirects.addressOf(request));
    const again = decision.code === 'SIGN_IN_AGAIN';
    return andThen(this.redirects.leadBack(target, request, visitor, again), (isCircle) => {
      if (isCircle) return forClient(isHtmx(client) ? problem(401, decision) : plain(401));
      const back = this.redirects.withReturnPath(target, request);
      const location = again ? withParameter(back, REAUTHENTICATE_PARAMETER, '1') : back;
      return leading(client, location, request, problem(401, decision));
    });
  }

  /** Answers a signed-in visitor who may not see the page. A part of a page that htmx fetches is left out. */
  forbid(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    if (request.action?.calledFrom === 'rpc') return actionError(403);
    const page = this.redirects.whenForbidden(decision, this.redirects.addressOf(request));
    if (!page) {
      return forClient(request.isNavigation ? plain(403, `Forbidden: ${decision.reason}`) : problem(403, decision));
    }
    const { path, isRendered, isMeant } = page;
    // A file that may not be read is no reason to show a login page.
    if (request.isEndpoint && !isMeant) return forClient(problem(403, decision));
    if (!isRendered) return this.#sendTo(path, request, visitor, decision);
    const client = clientFor(request, decision);
    if (client === 'browser') return forClient(inPlace(this.config.toLocation(path)));
    const opened = client === 'htmx page' ? this.redirects.opened(request) : undefined;
    const refusal = problem(403, decision);
    // A browser that opens the address itself shows the page, which htmx would leave out for its status.
    return opened === undefined ? forClient(refusal) : leading(client, opened, request, refusal);
  }

  /** Answers a signed-in visitor who opens a page for guests. */
  sendHome(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    return this.#sendTo(this.config.homeFor(this.redirects.addressOf(request)), request, visitor, decision);
  }

  /** Redirects a visitor, unless they would be sent back from there. */
  #sendTo(target: string, request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    const client = clientFor(request, decision);
    if (client === 'program' || client === 'htmx part') return forClient(problem(403, decision));
    return andThen(this.redirects.leadBack(target, request, visitor), (isCircle) => {
      if (isCircle) return forClient(isHtmx(client) ? problem(403, decision) : plain(403));
      return leading(client, this.config.toLocation(target), request, problem(403, decision));
    });
  }
}

/** Returns the client. A browser that may be a program is redirected where the rule says where to. */
function clientFor(
  { client, isNavigation }: GuardedRequest,
  { rule }: AccessDecision,
): Exclude<RefusedClient, 'old browser'> {
  const known = client ?? (isNavigation ? 'browser' : 'program');
  if (known !== 'old browser') return known;
  return rule?.redirectTo === undefined ? 'program' : 'browser';
}

/**
 * Leads a client to another page.
 *
 * @param refusal The answer that htmx gets with the address in a header, which it follows whatever the status.
 * @see https://htmx.org/headers/hx-redirect/
 */
function leading(client: RefusedClient, location: string, { method }: GuardedRequest, refusal: Response): Response {
  if (!isHtmx(client)) return forClient(redirectTo(location, method));
  refusal.headers.set('HX-Redirect', printable(location));
  return forClient(refusal);
}

function isHtmx(client: RefusedClient): boolean {
  return client === 'htmx page' || client === 'htmx part';
}

/** Marks an answer that another client would get in another form. */
function forClient(answer: Response): Response {
  answer.headers.append('Vary', CLIENT_HEADERS);
  return answer;
}
