import type { CookieJar } from './cookie-jar.js';
import type { SessionConfig } from './session-config.js';

type CookieConfig = Pick<SessionConfig, 'cookieName' | 'cookie' | 'hasChunks'>;

/** @see RFC 6265bis 5.6: browsers drop a cookie whose name and value exceed this. */
const MAX_BYTES = 4096;
/** With four full ones, Node refuses every request of this visitor for its head (16 KB), that to sign out included. */
const MAX_CHUNKS = 3;

/** What there is for a session: bytes in all, and those of them that go to the names of cookies. */
export function roomOf({ cookieName, hasChunks }: CookieConfig): { bytes: number; forNames: number } {
  if (!hasChunks) return { bytes: MAX_BYTES, forNames: cookieName.length };
  return { bytes: MAX_CHUNKS * MAX_BYTES, forNames: MAX_CHUNKS * (MAX_BYTES - chunkLength(cookieName)) };
}

/** The names of the cookies that a session may be in, in order. */
export function cookieNames({ cookieName, hasChunks }: CookieConfig): readonly string[] {
  const following = Array.from({ length: hasChunks ? MAX_CHUNKS - 1 : 0 }, (_, at) => `${cookieName}.${at + 1}`);
  return [cookieName, ...following];
}

/**
 * The cookie that a session's token is in, or the cookies: a token that is too long for one is cut into `name`, `name.1`
 * and `name.2`, each but the last as long as can be. How many there are stands nowhere, because whoever sends them could
 * write anything; that they belong together is found out when the token is opened.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #chunkLength: number;
  /** The names of the cookies that follow the first. */
  readonly #following: readonly string[];

  constructor(private readonly config: CookieConfig) {
    this.#name = config.cookieName;
    this.#chunkLength = config.hasChunks ? chunkLength(this.#name) : Number.POSITIVE_INFINITY;
    this.#following = cookieNames(config).slice(1);
  }

  /** Every token that the request may mean. */
  tokens(jar: CookieJar): readonly string[] {
    const first = jar.values(this.#name);
    return first.some((chunk) => chunk.length === this.#chunkLength)
      ? first.map((chunk) => this.#whole(jar, chunk))
      : first;
  }

  /** Whether the request carries a cookie of a session, whatever is in it. */
  isCarried(jar: CookieJar): boolean {
    return jar.values(this.#name).length > 0 || this.#carried(jar).length > 0;
  }

  set(jar: CookieJar, token: string, maxAge: number): void {
    const names = [this.#name];
    jar.set(this.#name, token.slice(0, this.#chunkLength), { ...this.config.cookie, maxAge });
    for (const name of this.#following) {
      const chunk = token.slice(names.length * this.#chunkLength, (names.length + 1) * this.#chunkLength);
      if (chunk === '') break;
      names.push(name);
      jar.set(name, chunk, { ...this.config.cookie, maxAge });
    }
    for (const name of this.#carried(jar)) if (!names.includes(name)) this.#remove(jar, name);
  }

  remove(jar: CookieJar): void {
    for (const name of [this.#name, ...this.#carried(jar)]) this.#remove(jar, name);
  }

  /** What is left over behind a chunk that is not full is none of it. Of several of one name, none is known to be right. */
  #whole(jar: CookieJar, first: string): string {
    let token = first;
    let last = first;
    for (const name of this.#following) {
      const [next, ...others] = jar.values(name);
      if (last.length !== this.#chunkLength || next === undefined || others.length > 0) return token;
      token += next;
      last = next;
    }
    return token;
  }

  #carried(jar: CookieJar): readonly string[] {
    return this.#following.filter((name) => jar.values(name).length > 0);
  }

  #remove(jar: CookieJar, name: string): void {
    jar.set(name, '', { ...this.config.cookie, maxAge: 0 });
  }
}

function chunkLength(name: string): number {
  return MAX_BYTES - `${name}.${MAX_CHUNKS - 1}`.length;
}
