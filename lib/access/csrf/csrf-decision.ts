/** The reason why a request counts as forged. The codes are stable, so programs may compare them. */
export type ForgeryCode =
  /** It does not come from a page of this site, or its source is unknown. */
  | 'CSRF_REFUSED'
  /** It has no valid token of this session, although one is required. */
  | 'CSRF_TOKEN_REFUSED';

/** The decision on whether the visitor sent a request intentionally, and the reason. */
export class CsrfDecision {
  constructor(
    readonly isTrusted: boolean,
    readonly code: 'TRUSTED' | ForgeryCode,
    /** A phrase for the log. */
    readonly reason: string,
    /** A sentence for the log: how to change the configuration, if that caused the refusal and not the visitor. */
    readonly advice?: string | undefined,
  ) {}
}
