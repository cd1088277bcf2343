import type { CookieJar } from '../../session/cookies/cookie-jar.js';
import { besideSession, withPrefix } from '../../session/cookies/cookie-name.js';
import type { SessionConfig } from '../../session/session-config.js';

/** Seconds for which a page is remembered: long enough to find the password. */
const LIFETIME = 600;
/** Maximum length of the cookie's value. */
const LONGEST = 2048;

type CookieConfig = Pick<SessionConfig, 'cookieName' | 'cookie'>;

/** A page that a visitor wanted to open, and the page with the form that does not know of it any more. */
export interface LostReturnPath {
  /** The path of the page with the form. */
  readonly form: string;
  readonly returnTo: string;
}

/**
 * Remembers the page that a visitor wanted to open in a cookie, where no address can: when a page answers a wrong password
 * itself, at an address without the query that it was shown with. It is not sealed, because it is no more than the query
 * was: an address that the visitor may change, and that is checked when it is read.
 */
export class LostReturnPathCookie {
  readonly #name: string;

  constructor(private readonly config: CookieConfig) {
    const { cookieName, cookie } = config;
    const stem = `${cookieName.replace(/^__(?:Host|Secure|Http)-/i, '')}-return`;
    this.#name = withPrefix(stem, { ...cookie, path: '/', domain: undefined });
  }

  /** Returns what is remembered. @param values Reads the values of a cookie. */
  read(values: (name: string) => readonly string[]): LostReturnPath | undefined {
    const [value = ''] = values(this.#name);
    const fields = new URLSearchParams(value.length > LONGEST ? '' : value);
    const [form, returnTo] = [fields.get('form'), fields.get('to')];
    return form === null || returnTo === null ? undefined : { form, returnTo };
  }

  write(jar: CookieJar, { form, returnTo }: LostReturnPath): void {
    const value = new URLSearchParams({ form, to: returnTo }).toString();
    if (value.length <= LONGEST) this.#set(jar, value, LIFETIME);
  }

  /** Removes the cookie, if the request carries it. */
  remove(jar: CookieJar): void {
    if (jar.values(this.#name).length > 0) this.#set(jar, '', 0);
  }

  #set(jar: CookieJar, value: string, maxAge: number): void {
    const { secure, partitioned } = this.config.cookie;
    const sameSite = besideSession(this.config.cookie);
    jar.set(this.#name, value, { path: '/', httpOnly: true, sameSite, secure, partitioned, maxAge });
  }
}
