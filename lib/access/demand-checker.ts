import type { MadeClasses } from '../session/made-classes.js';
import { printable } from '../session/printable.js';
import type { AccessChecker } from './access-checker.js';
import { AccessDecision, asDecision, type DecisionCode } from './access-decision.js';
import type { AccessRule } from './access-rule.js';
import type { DecisionLog } from './decision-log.js';
import type { AccessRequest, GuardedRequest } from './guarded-request.js';
import type { Demand } from './inspection.js';
import { PageGuard } from './page-guard.js';
import type { Visitor } from './visitor.js';

/** Has the checker decide whether a visitor meets what is asked, and writes the lines that tell of it. */
export class DemandChecker {
  constructor(
    private readonly checker: AccessChecker,
    private readonly log: DecisionLog,
    private readonly made: MadeClasses,
  ) {}

  async decide(demand: Demand, visitor: Visitor, request: AccessRequest): Promise<AccessDecision> {
    if (!(demand instanceof PageGuard)) return this.#check(demand, visitor, request);
    if (visitor.isGuest && demand.admitsGuests) return this.decision(true, 'GRANTED', 'not signed in');
    const rules = demand.rulesFor(request.method);
    if (rules.length === 0)
      return this.decision(false, 'FOR_GUESTS_ONLY', 'the page is for visitors who are not signed in');
    const decisions: AccessDecision[] = [];
    for (const rule of rules) {
      const decision = await this.#check(rule, visitor, request);
      if (decision.isGranted) return decision;
      decisions.push(decision);
    }
    return decisions[0] as AccessDecision;
  }

  /** A decision that no rule made. */
  decision(isGranted: boolean, code: DecisionCode, reason: string, missing: readonly string[] = []): AccessDecision {
    return new (this.made.of(AccessDecision))(isGranted, code, reason, missing);
  }

  logDecision(request: GuardedRequest, demand: Demand, decision: AccessDecision): void {
    this.log.decision(describe(request, demand, decision, decision.isGranted ? 'granted' : 'refused'));
  }

  logWouldRefuse(request: GuardedRequest, demand: Demand, decision: AccessDecision): void {
    this.log.wouldRefuse(describe(request, demand, decision, 'would be refused'));
  }

  async #check(rule: AccessRule, visitor: Visitor, request: AccessRequest): Promise<AccessDecision> {
    let decision: AccessDecision;
    try {
      decision = asDecision(await this.checker.check(rule.askedOf(request), visitor));
    } catch (error) {
      this.log.failure(`A check for ${rule} threw, so the visitor was refused.`, error);
      decision = this.decision(false, 'CHECK_FAILED', 'the check threw');
    }
    decision.rule = rule;
    return decision;
  }
}

/** One line, whatever the path holds: nobody writes a second line into a log. */
function describe(request: GuardedRequest, demand: Demand, decision: AccessDecision, outcome: string): string {
  const { method, pathname, routePattern } = request;
  const asked = demand instanceof PageGuard ? `guard of the page (${demand})` : `${demand}`;
  const line = `${method} ${printable(pathname)} (route ${routePattern}): ${asked} ${outcome}: ${decision.reason}`;
  return line.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
