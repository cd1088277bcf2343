/** Why a request is not taken for the visitor's own. Stable: programs may ask for it. */
export type ForgeryCode =
  /** It does not come from a page of this site, or nobody can tell. */
  | 'CSRF_REFUSED'
  /** It lacks the token of this session that is asked for. */
  | 'CSRF_TOKEN_REFUSED';

/** Whether a request is taken for the visitor's own doing, and why. */
export class CsrfDecision {
  constructor(
    readonly isTrusted: boolean,
    readonly code: 'TRUSTED' | ForgeryCode,
    /** A sentence for the log. */
    readonly reason: string,
    /** What is to be changed where not the visitor but the configuration is to blame, in a sentence for the log. */
    readonly advice?: string | undefined,
  ) {}
}
