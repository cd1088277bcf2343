import type { DenialCode } from '../errors/index.js';
import type { AccessRule } from './access-rule.js';

/** The reason of a decision as a stable code. */
export type DecisionCode = 'GRANTED' | DenialCode;

/** The answer of a checker: granted or not, and why. It is immutable, so a checker may return the same one for several visitors. */
export class AccessDecision {
  constructor(
    readonly isGranted: boolean,
    readonly code: DecisionCode,
    /** A sentence for the log, and for programs that are refused. It names the requirement, not the contents of a session. */
    readonly reason: string,
    /** The required roles or permissions that the visitor does not have. */
    readonly missing: readonly string[] = [],
    /** The rule that was checked; `undefined` where no rule was. The guard adds it to the answer of a checker. */
    readonly rule?: AccessRule | undefined,
    /** The ability that a policy decided about: `invoice:edit`; `undefined` for every other check. */
    readonly ability?: string | undefined,
    /** The status that a policy refuses with; `undefined` for the usual 401 or 403. */
    readonly status?: number | undefined,
  ) {}

  /** Returns the same decision with its rule. */
  of(rule: AccessRule): AccessDecision {
    if (this.rule === rule) return this;
    const { isGranted, code, reason, missing, ability, status } = this;
    if (this.constructor === AccessDecision) {
      return new AccessDecision(isGranted, code, reason, missing, rule, ability, status);
    }
    const own = { ...Object.getOwnPropertyDescriptors(this), rule: { value: rule, enumerable: true } };
    return Object.create(Object.getPrototypeOf(this), own);
  }
}

/**
 * Checks that the answer of a checker is a decision: an overridden checker may return anything.
 *
 * @throws {TypeError} For an answer that is no decision.
 */
export function asDecision(answer: unknown): AccessDecision {
  const isDecision = answer instanceof AccessDecision && typeof answer.isGranted === 'boolean';
  // Code that reads one of the two would see another answer than code that reads the other.
  if (isDecision && answer.isGranted === (answer.code === 'GRANTED')) return answer;
  throw new TypeError('check() returned no AccessDecision: return this.grant(…), this.deny(…) or super.check(…)');
}
