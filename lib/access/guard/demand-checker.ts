import { andThen, firstAnswer, isPromise, type Promised } from '../../base/promised.js';
import { onOneLine, printable } from '../../base/text.js';
import type { AccessDeniedError } from '../../errors/index.js';
import { MadeClasses } from '../../session/made-classes.js';
import type { AccessChecker } from '../access-checker.js';
import { AccessDecision, asDecision, type DecisionCode } from '../access-decision.js';
import type { AccessRule } from '../access-rule.js';
import type { Visitor } from '../visitor.js';
import type { DecisionLog } from './decision-log.js';
import type { AccessRequest, GuardedRequest } from './guarded-request.js';
import { PageGuard } from './page-guard.js';
import type { Demand, Judgement } from './verdict.js';

/** Calls the checker for rules and page guards, and logs the decisions. */
export class DemandChecker {
  readonly #Decision = MadeClasses.current.of(AccessDecision);

  constructor(
    private readonly checker: AccessChecker,
    private readonly log: DecisionLog,
  ) {}

  /** @returns A promise where the check is asynchronous. It never rejects: a check that throws refuses. */
  decide(demand: Demand, visitor: Visitor, request: AccessRequest): Promised<AccessDecision> {
    return demand instanceof PageGuard
      ? this.#decideByGuard(demand, visitor, request)
      : this.#check(demand, visitor, request);
  }

  /** Checks one demand after the other. @returns The first answer that is not `undefined`. */
  decideEach<Answer>(
    demands: Iterable<Demand>,
    visitor: Visitor,
    request: AccessRequest,
    answerTo: (decision: AccessDecision, demand: Demand) => Promised<Answer | undefined>,
  ): Promised<Answer | undefined> {
    return firstAnswer(demands, (demand) =>
      andThen(this.decide(demand, visitor, request), (decision) => answerTo(decision, demand)),
    );
  }

  /** Logs which demands that only report would refuse the visitor. While sessions are unavailable the visitor is unknown. */
  tryOut(
    demands: ReadonlySet<Demand>,
    visitor: Visitor,
    request: GuardedRequest,
    judgement: Judgement,
  ): Promised<unknown> {
    if (demands.size === 0 || request.isVisitorUnknown) return undefined;
    return this.decideEach(demands, visitor, request, (decision, demand) => {
      judgement.notes(decision, demand);
      if (!decision.isGranted) this.logWouldRefuse(request, demand, decision);
      return undefined;
    });
  }

  /** Creates a decision without a rule. */
  decision(isGranted: boolean, code: DecisionCode, reason: string, missing: readonly string[] = []): AccessDecision {
    return new this.#Decision(isGranted, code, reason, missing);
  }

  /** Creates the decision behind an error with which code of the application refuses a visitor. */
  refusalBy({ denial, reason, missing, ability, status }: AccessDeniedError): AccessDecision {
    const own = ability === undefined ? undefined : status;
    return new this.#Decision(false, denial, reason, missing, undefined, ability, own);
  }

  logDecision(request: GuardedRequest, demand: Demand, decision: AccessDecision): void {
    this.log.decision(describe(request, demand, decision, decision.isGranted ? 'granted' : 'refused'));
  }

  logWouldRefuse(request: GuardedRequest, demand: Demand, decision: AccessDecision): void {
    this.log.wouldRefuse(describe(request, demand, decision, 'would be refused'));
  }

  /** Grants when one of the requirements is met; otherwise the first refusal is the decision. */
  #decideByGuard(guard: PageGuard, visitor: Visitor, request: AccessRequest): Promised<AccessDecision> {
    if (visitor.isGuest && guard.admitsGuests) return this.decision(true, 'GRANTED', 'not signed in');
    const refusals: AccessDecision[] = [];
    const grantOf = (rule: AccessRule) =>
      andThen(this.#check(rule, visitor, request), (decision) => {
        if (decision.isGranted) return decision;
        refusals.push(decision);
        return undefined;
      });
    return andThen(firstAnswer(guard.rulesFor(request.method), grantOf), (grant) => {
      const [refusal] = refusals;
      const isForGuests = 'the page is for visitors who are not signed in';
      return grant ?? refusal ?? this.decision(false, 'FOR_GUESTS_ONLY', isForGuests);
    });
  }

  #check(rule: AccessRule, visitor: Visitor, request: AccessRequest): Promised<AccessDecision> {
    // A checker of the application may ask for a visitor everywhere else.
    if (rule.isPublic === true) return this.decision(true, 'GRANTED', 'public').of(rule);
    try {
      const answer: unknown = this.checker.check(rule.askedOf(request), visitor);
      if (!isPromise(answer)) return asDecision(answer).of(rule);
      return Promise.resolve(answer).then(
        (given) => this.#decided(given, rule),
        (error) => this.#failed(error, rule),
      );
    } catch (error) {
      return this.#failed(error, rule);
    }
  }

  #decided(answer: unknown, rule: AccessRule): AccessDecision {
    try {
      return asDecision(answer).of(rule);
    } catch (error) {
      return this.#failed(error, rule);
    }
  }

  #failed(error: unknown, rule: AccessRule): AccessDecision {
    this.log.failure(`A check for ${rule} threw, so the visitor was refused.`, error);
    return this.decision(false, 'CHECK_FAILED', 'the check threw').of(rule);
  }
}

/** Describes a decision in one line: control characters of the path are removed, so that no request writes lines of its own. */
function describe(request: GuardedRequest, demand: Demand, decision: AccessDecision, outcome: string): string {
  const { method, pathname, routePattern } = request;
  const asked = demand instanceof PageGuard ? `guard of ${routePattern} (${demand})` : `${demand}`;
  const line = `${method} ${printable(pathname)} (route ${routePattern}): ${asked} ${outcome}: ${decision.reason}`;
  return onOneLine(line);
}
