import type { DenialCode } from '../errors.js';
import type { AccessRule } from './access-rule.js';

/** Why a visitor may or may not. */
export type DecisionCode = 'GRANTED' | DenialCode;

/** The answer to "may they?": granted or not, and why. */
export class AccessDecision {
  /** The rule that was asked; `undefined` where no rule was. Whoever asks the checker puts it here. */
  rule: AccessRule | undefined;

  constructor(
    readonly isGranted: boolean,
    readonly code: DecisionCode,
    /** A sentence for the log, and for programs that are refused. It names what was asked for, not what is in a session. */
    readonly reason: string,
    /** The roles or permissions that were asked for and are not there. */
    readonly missing: readonly string[] = [],
  ) {}
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
