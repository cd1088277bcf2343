import type { DenialCode } from '../errors.js';
import type { AccessRule } from './access-rule.js';

/** Why a visitor may or may not. */
export type DecisionCode = 'GRANTED' | DenialCode;

/** The answer to "may they?": granted or not, and why. It never changes, so a checker may give the same one to several. */
export class AccessDecision {
  constructor(
    readonly isGranted: boolean,
    readonly code: DecisionCode,
    /** A sentence for the log, and for programs that are refused. It names what was asked for, not what is in a session. */
    readonly reason: string,
    /** The roles or permissions that were asked for and are not there. */
    readonly missing: readonly string[] = [],
    /** The rule that was asked; `undefined` where no rule was. The guard adds it to what a checker answers. */
    readonly rule?: AccessRule | undefined,
  ) {}

  /** The same decision, as an answer to this rule. */
  of(rule: AccessRule): AccessDecision {
    if (this.rule === rule) return this;
    const { isGranted, code, reason, missing } = this;
    if (this.constructor === AccessDecision) return new AccessDecision(isGranted, code, reason, missing, rule);
    const own = { ...Object.getOwnPropertyDescriptors(this), rule: { value: rule, enumerable: true } };
    return Object.create(Object.getPrototypeOf(this), own);
  }
}

/**
 * A checker of somebody's own may answer with anything; only a decision that says yes lets anybody in.
 *
 * @throws {TypeError} For what is no decision.
 */
export function asDecision(answer: unknown): AccessDecision {
  const isDecision = answer instanceof AccessDecision && typeof answer.isGranted === 'boolean';
  // Whoever looks at one of the two would see another answer than whoever looks at the other.
  if (isDecision && answer.isGranted === (answer.code === 'GRANTED')) return answer;
  throw new TypeError('check() gave no AccessDecision: return this.grant(…), this.deny(…) or super.check(…)');
}
