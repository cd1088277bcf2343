/** Options for the session's cookie. */
export interface SessionCookieOptions {
  /**
   * The name. Default: `gatehouse` with a suffix that distinguishes this application from others on its host. A
   * secure cookie gets the prefix `__Host-`, or `__Secure-` when its path or domain does not allow `__Host-`.
   */
  name?: string | undefined;
  /** The path. Default: `/`. */
  path?: string | undefined;
  /** The domain. Default: none, so only this host receives the cookie. */
  domain?: string | undefined;
  /** When browsers send the cookie with requests from other sites. Default: `lax`. `none` requires `secure`. */
  sameSite?: 'lax' | 'strict' | 'none' | undefined;
  /** True when browsers send the cookie over HTTPS only. Default: `true` in production, `false` in development. */
  secure?: boolean | undefined;
  /**
   * True when browsers keep a separate session for each site that shows this one in a frame, so that a sign-in works
   * there although they block cookies of third parties. Requires `sameSite: 'none'` and `secure`. Default: `false`.
   */
  partitioned?: boolean | undefined;
  /** True when a session that is too large for one cookie is split over up to three. Default: `false`. */
  chunks?: boolean | undefined;
}
