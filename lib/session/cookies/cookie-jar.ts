/** The attributes of a cookie. */
export interface CookieAttributes {
  path: string;
  domain?: string | undefined;
  sameSite: 'lax' | 'strict' | 'none';
  secure: boolean;
  httpOnly: boolean;
  /** True when browsers keep a separate cookie for each site that shows this one in a frame (CHIPS). */
  partitioned?: boolean | undefined;
  /** Seconds from now. Zero or less removes the cookie; `undefined` keeps it until the browser is closed. */
  maxAge: number | undefined;
}

/** Checks whether attributes remove a cookie. */
export function removesCookie({ maxAge }: Pick<CookieAttributes, 'maxAge'>): boolean {
  return maxAge !== undefined && maxAge <= 0;
}

/** A cookie of a request. */
export interface CarriedCookie {
  readonly name: string;
  readonly value: string;
}

/** The cookies of one request and of its response: all that sessions need to know of HTTP. */
export abstract class CookieJar {
  /** True when there is no response: nothing of a session that is opened with it is written, leased or claimed. */
  readonly isReadOnly: boolean = false;
  /** Returns every value that the request carries under this name, in their order. Usually none or one. */
  abstract values(name: string): readonly string[];
  /** Returns every cookie with this name, or with this name followed by this mark, in their order. */
  abstract named(name: string, mark: string): readonly CarriedCookie[];
  /**
   * Checks whether the browser may have withheld cookies with this `SameSite` value, because of the request's origin.
   */
  withholds(_sameSite: CookieAttributes['sameSite']): boolean {
    return false;
  }
  /**
   * Sets a cookie on the response, replacing an earlier one with this name. A partitioned cookie also replaces an
   * unpartitioned one that the request may carry; a jar that stores only one cookie per name does nothing for that.
   */
  abstract set(name: string, value: string, attributes: CookieAttributes): void;

  /**
   * Removes every cookie with this name that the request may carry, except the one for this path and domain. A jar
   * that stores only one cookie per name does nothing.
   */
  removeElsewhere(_name: string, _attributes: Omit<CookieAttributes, 'maxAge'>): void {}
}
