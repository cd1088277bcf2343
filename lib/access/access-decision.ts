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
