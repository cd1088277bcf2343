import { type CarriedCookie, CookieJar } from '../../session/cookies/cookie-jar.js';
import { SessionId } from '../../session/record/session-id.js';
import { cookiesNamed, cookieValues } from '../request/astro-cookie-jar.js';

/** The current id of a session, and the cookie in which the connection brought an earlier one. */
export interface KnownId {
  readonly cookie: string;
  readonly id: string;
}

/** The cookies in headers to which there is no response. */
export class HeaderCookieJar extends CookieJar {
  override readonly isReadOnly = true;
  readonly #header: string | null;

  /** @param known Takes the place of the id in the headers, which does not change when the session's id does. */
  constructor(
    headers: Headers,
    private readonly known?: KnownId | undefined,
  ) {
    super();
    this.#header = headers.get('cookie');
  }

  override values(name: string): readonly string[] {
    return cookieValues(this.#header, name).map((value) => this.#today({ name, value }).value);
  }

  override named(name: string, mark: string): readonly CarriedCookie[] {
    return cookiesNamed(this.#header, name, mark).map((cookie) => this.#today(cookie));
  }

  /** Does nothing: there is no response. */
  override set(): void {}

  #today(cookie: CarriedCookie): CarriedCookie {
    const isOld = this.known?.cookie === cookie.name && SessionId.isWellFormed(cookie.value);
    return isOld ? { name: cookie.name, value: this.known.id } : cookie;
  }
}
