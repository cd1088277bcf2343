/** The reason why a cookie opened no session. */
export type RejectionReason =
  /** The value does not look like any that this application sends. */
  | 'malformed'
  /** The session does not exist: it has ended, the store has dropped it, or the id is made up. */
  | 'unknown'
  /** The seal cannot be opened: it was changed, or sealed with a secret that the application no longer has. */
  | 'tampered'
  /** Several cookies identify different sessions. */
  | 'ambiguous'
  /**
   * The browser has left the session. A response that was still on its way during a sign-in, a sign-out or a similar
   * change set the cookie again.
   */
  | 'left'
  /** The revocation list has ended the session. */
  | 'revoked'
  /** Its data does not match `sessionData.schema` and was not migrated, so the session has been ended. */
  | 'misfit';

/** The reason why a visitor who comes back to finish a sign-in was not accepted. */
export type LoginRejection =
  /** The request carries no `state`, or several. */
  | 'no-state'
  /** The browser has no cookie for this state: another browser began it, or it was finished or dropped. */
  | 'no-cookie'
  /** The browser's cookie belongs to another attempt, or cannot be opened. */
  | 'unknown'
  /** The attempt has expired. */
  | 'expired'
  /** The attempt was finished before. */
  | 'used'
  /** The attempt began with another provider. */
  | 'provider';

/** The reason why an impersonation ended. */
export type ImpersonationEnd =
  /** `stopImpersonating()` was called. */
  | 'stopped'
  /** Its time was over. */
  | 'expired'
  /** The sessions of the impersonated user were revoked. */
  | 'revoked'
  /** The impersonator does not meet `access.impersonate` any more. */
  | 'not-allowed'
  /** The impersonated user does not exist any more. */
  | 'user-gone'
  /** The impersonator's own session ended. */
  | 'session-ended';
