/** How the browser is to keep a cookie. */
export interface CookieAttributes {
  path: string;
  domain?: string | undefined;
  sameSite: 'lax' | 'strict' | 'none';
  secure: boolean;
  httpOnly: boolean;
  /** Seconds from now. Zero or less removes the cookie. */
  maxAge: number;
}

/** A cookie as a request carries it. */
export interface CarriedCookie {
  readonly name: string;
  readonly value: string;
}

/** The cookies of one request and of its answer: all that sessions need to know of HTTP. */
export abstract class CookieJar {
  /** Every value the request carries under this name, in the order they came. Usually none or one. */
  abstract values(name: string): readonly string[];
  /** Every cookie of this name, and of names that go on behind it with this mark, in the order they came. */
  abstract named(name: string, mark: string): readonly CarriedCookie[];
  /** Whether the browser may have a cookie of this kind that it could not send, because of where the request comes from. */
  withholds(_sameSite: CookieAttributes['sameSite']): boolean {
    return false;
  }
  /** Puts a cookie on the answer, in place of an earlier one of that name. */
  abstract set(name: string, value: string, attributes: CookieAttributes): void;

  /**
   * Removes every cookie of this name that the request may have come with, but for the one of this path and domain. A jar
   * that holds one cookie of each name has nothing to do.
   */
  removeElsewhere(_name: string, _attributes: Omit<CookieAttributes, 'maxAge'>): void {}
}
