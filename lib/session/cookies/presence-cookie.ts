import { SessionId } from '../record/session-id.js';
import type { SessionRecord } from '../record/session-record.js';
import type { SessionConfig } from '../session-config.js';
import { type CookieJar, removesCookie } from './cookie-jar.js';

/** Number of characters of a value's fingerprint that are stored: 132 bits. */
const KEPT = 22;

/** A value for the cookie, and its fingerprint for the record. */
export interface Presence {
  readonly value: string;
  readonly fingerprint: string;
}

/**
 * The cookie that shows whether a browser has been closed since a visitor signed in who asked to be remembered, where
 * other sessions end with the browser. It has no `Max-Age`; the session stores a fingerprint of its value.
 */
export class PresenceCookie {
  readonly #name: string;

  constructor(private readonly config: Pick<SessionConfig, 'cookieName' | 'cookie' | 'endsWithBrowser'>) {
    // No name of a session's own cookie, nor of a part of one, ends like this.
    this.#name = `${config.cookieName}.open`;
  }

  /** Creates the presence of a visitor who signs in; `undefined` where none is needed. */
  begin(isRemembered: boolean): Presence | undefined {
    if (!isRemembered || !this.config.endsWithBrowser) return undefined;
    const value = SessionId.generate();
    return { value, fingerprint: fingerprintOf(value) };
  }

  /** Checks whether the browser was closed since the visitor of a session signed in. */
  isGone({ presence }: Pick<SessionRecord, 'presence'>, jar: CookieJar): boolean {
    if (presence === undefined || !this.config.endsWithBrowser) return false;
    return !jar.values(this.#name).some((value) => fingerprintOf(value) === presence);
  }

  /** Sets the cookie after a sign-in; removes an earlier one when there is no presence. */
  put(jar: CookieJar, presence: Presence | undefined): void {
    const attributes = { ...this.config.cookie, maxAge: presence ? undefined : 0 };
    if (!removesCookie(attributes) || jar.values(this.#name).length > 0) {
      jar.set(this.#name, presence?.value ?? '', attributes);
    }
  }
}

function fingerprintOf(value: string): string {
  return SessionId.fingerprint(value).slice(0, KEPT);
}
