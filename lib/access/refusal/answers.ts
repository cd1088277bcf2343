import { andThen, type Promised } from '../../base/promised.js';
import type { AccessDecision } from '../access-decision.js';
import type { GuardConfig } from '../guard/guard-config.js';
import type { GuardedRequest } from '../guard/guarded-request.js';
import { REAUTHENTICATE_PARAMETER } from '../paths/return-path.js';
import type { Visitor } from '../visitor.js';
import { type Redirects, withParameter } from './redirects.js';
import { actionError, plain, problem, redirectTo } from './refusal.js';

/** The answers to refused visitors, each in the form that the client can use. */
export class Answers {
  constructor(
    private readonly redirects: Redirects,
    private readonly config: GuardConfig,
  ) {}

  /** Answers a visitor who has to sign in, or to sign in again. */
  challenge(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    if (request.action?.calledFrom === 'rpc') return actionError(401);
    if (!request.isNavigation) return problem(401, decision);
    const target = decision.rule?.redirectTo ?? this.config.loginPath;
    const again = decision.code === 'SIGN_IN_AGAIN';
    return andThen(this.redirects.leadBack(target, request, visitor, again), (isCircle) => {
      if (isCircle) return plain(401);
      const location = this.redirects.withReturnPath(target, request);
      return redirectTo(again ? withParameter(location, REAUTHENTICATE_PARAMETER, '1') : location, request.method);
    });
  }

  /** Answers a signed-in visitor who may not see the page. */
  forbid(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    if (request.action?.calledFrom === 'rpc') return actionError(403);
    if (!request.isNavigation) return problem(403, decision);
    const target = decision.rule?.redirectTo ?? this.config.forbiddenPath ?? this.config.loginPath;
    return this.#sendTo(target, request, visitor);
  }

  /** Answers a signed-in visitor who opens a page for guests. */
  sendHome(request: GuardedRequest, visitor: Visitor, decision: AccessDecision): Promised<Response> {
    return request.isNavigation ? this.#sendTo(this.config.homePath, request, visitor) : problem(403, decision);
  }

  /** Redirects a visitor, unless they would be sent back from there. */
  #sendTo(target: string, request: GuardedRequest, visitor: Visitor): Promised<Response> {
    return andThen(this.redirects.leadBack(target, request, visitor), (isCircle) =>
      isCircle ? plain(403) : redirectTo(this.config.toLocation(target), request.method),
    );
  }
}
