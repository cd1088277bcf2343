import type { CarriedCookie, CookieAttributes, CookieJar } from '../../session/cookies/cookie-jar.js';
import { besideSession, withPrefix } from '../../session/cookies/cookie-name.js';
import type { SessionConfig } from '../../session/session-config.js';

/**
 * The slots for attempts of one browser, each with its own cookie: the first character of a state names it. However many
 * tabs begin a sign-in at the same time, a browser never has more cookies than these.
 */
const SLOTS = 'abcdefgh';
const MARK = '~';
/**
 * Maximum bytes of all of these cookies in one request. Servers and proxies refuse requests whose headers are too long:
 * nginx from 8 KB in one line, Node from 16 KB in all.
 */
const MOST_BYTES = 4096;
const NAME_END = new RegExp(`^${MARK}[${SLOTS}]$`);

/** An attempt in a cookie of the request. */
interface Carried {
  readonly cookie: CarriedCookie;
  /** When it began; `undefined` when it has expired, or cannot be opened. */
  readonly begunAt: number | undefined;
}

/** Chooses and finds the cookies of sign-ins that have left the site, of which a browser may have several at a time. */
export class PendingCookies {
  readonly #cookie: SessionConfig['cookie'];
  /** The cookie for redirects, and the one for forms that the provider posts, which always is `Secure`. */
  readonly #names: readonly [lax: string, none: string];

  constructor({ cookieName, cookie }: Pick<SessionConfig, 'cookieName' | 'cookie'>) {
    const stem = `${cookieName.replace(/^__(?:Host|Secure|Http)-/i, '')}-sign-in`;
    const named = (isSecure: boolean) => withPrefix(stem, { ...ATTRIBUTES, sameSite: 'lax', secure: isSecure });
    this.#cookie = cookie;
    this.#names = [named(cookie.secure), named(true)];
  }

  /** The purpose of the seals in these cookies. It contains their name, so that no other application's seal opens. */
  get purpose(): string {
    return `sign-in:${this.#names[0]}`;
  }

  /** Returns the values of the cookies that may hold the attempt with this state. */
  valuesFor(state: string, jar: CookieJar): readonly CarriedCookie[] {
    const names = [...new Set(this.#names)].map((name) => name + MARK + state.charAt(0));
    return names.flatMap((name) => jar.values(name).map((value) => ({ name, value })));
  }

  /** Returns every cookie of the request that may hold an attempt. */
  namedIn(jar: CookieJar): readonly CarriedCookie[] {
    return [...new Set(this.#names)].flatMap((name) =>
      jar.named(name, MARK).filter((cookie) => NAME_END.test(cookie.name.slice(name.length))),
    );
  }

  /** Returns every attempt of the request, with when it began. */
  async carried(jar: CookieJar, begunAt: (value: string) => Promise<number | undefined>): Promise<readonly Carried[]> {
    return Promise.all(this.namedIn(jar).map(async (cookie) => ({ cookie, begunAt: await begunAt(cookie.value) })));
  }

  /** Returns a free slot; or that of the attempt that is over, or began first. */
  slotBeside(carried: readonly Carried[]): string {
    const free = [...SLOTS].filter((slot) => carried.every(({ cookie }) => slotOf(cookie.name) !== slot));
    // At random, so that tabs that begin at the same time seldom choose the same one.
    const [random = 0] = crypto.getRandomValues(new Uint8Array(1));
    const [oldest] = byAge(carried);
    return free[random % free.length] ?? slotOf(oldest?.cookie.name ?? SLOTS);
  }

  /** Sets the cookie of an attempt, and removes those of earlier ones that are over, or that leave it no room. */
  put(
    jar: CookieJar,
    slot: string,
    value: string,
    how: { maxAge: number; isPosted: boolean },
    carried: readonly Carried[],
  ): void {
    const name = this.#names[how.isPosted ? 1 : 0] + MARK + slot;
    let bytes = name.length + value.length;
    for (const { cookie, begunAt } of byAge(carried).reverse()) {
      if (cookie.name === name) continue;
      const isInPlace = slotOf(cookie.name) === slot;
      const room = cookie.name.length + cookie.value.length;
      if (begunAt === undefined || isInPlace || bytes + room > MOST_BYTES) this.remove(jar, cookie.name);
      else bytes += room;
    }
    jar.set(name, value, this.#attributes(how.isPosted, how.maxAge));
  }

  remove(jar: CookieJar, name: string): void {
    const isPosted = name.startsWith(this.#names[1]) && !this.#cookie.secure;
    jar.set(name, '', this.#attributes(isPosted, 0));
  }

  #attributes(isPosted: boolean, maxAge: number): CookieAttributes {
    const secure = isPosted || this.#cookie.secure;
    const { partitioned } = this.#cookie;
    return { ...ATTRIBUTES, sameSite: isPosted ? 'none' : besideSession(this.#cookie), secure, partitioned, maxAge };
  }
}

const ATTRIBUTES = { path: '/', domain: undefined, httpOnly: true } as const;

/** Sorts attempts: those that are over first, then those that began first. */
function byAge(carried: readonly Carried[]): Carried[] {
  return [...carried].sort((one, other) => (one.begunAt ?? 0) - (other.begunAt ?? 0));
}

function slotOf(name: string): string {
  return name.slice(-1);
}

/** Checks the form of a state: its slot, and 43 random characters. */
export function isState(text: string): boolean {
  return STATE.test(text);
}

const STATE = new RegExp(`^[${SLOTS}][A-Za-z0-9_-]{43}$`);
