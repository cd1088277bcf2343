/** Why a visitor may or may not. */
export type DecisionCode =
  | 'GRANTED'
  | 'NOT_SIGNED_IN'
  | 'MISSING_ROLE'
  | 'MISSING_PERMISSION'
  | 'NOT_ALLOWED'
  | 'CHECK_FAILED';

/** The answer to "may they?": granted or not, and why. */
export class AccessDecision {
  constructor(
    readonly isGranted: boolean,
    readonly code: DecisionCode,
    /** A sentence for the log. It names roles and permissions, never what is in a session. */
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
  if (answer instanceof AccessDecision && typeof answer.isGranted === 'boolean') return answer;
  throw new TypeError('check() gave no AccessDecision: return this.grant(…), this.deny(…) or super.check(…)');
}
