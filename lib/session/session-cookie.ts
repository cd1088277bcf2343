import type { CookieJar } from './cookie-jar.js';
import { isHostCookie } from './cookie-name.js';
import type { SessionConfig } from './session-config.js';

type CookieConfig = Pick<SessionConfig, 'cookieName' | 'formerNames' | 'cookie' | 'hasChunks'>;

/** @see RFC 6265bis 5.6: browsers drop a cookie whose name and value exceed this. */
const MAX_BYTES = 4096;
/** With four full ones, Node refuses every request of this visitor for its head (16 KB), that to sign out included. */
const MAX_CHUNKS = 3;

/** A token that a request came with, and the name of the cookie that it was in. */
export interface CarriedToken {
  readonly token: string;
  readonly name: string;
}

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
 * The cookie that a session's token is in, under today's name or a former one. A browser may hold several cookies of one
 * name, for several paths and domains, and not all of them need be this application's. So what a request came with is only
 * removed by name where the caller claims it: where every value of that name was found to be one of this application's.
 */
export class SessionCookie {
  readonly #today: NamedCookie;
  readonly #former: readonly NamedCookie[];

  constructor(config: CookieConfig) {
    this.#today = new NamedCookie(config);
    this.#former = config.formerNames.map((cookieName) => {
      const place = isHostCookie(cookieName) ? { path: '/', domain: undefined } : {};
      return new NamedCookie({ ...config, cookieName, cookie: { ...config.cookie, ...place } });
    });
  }

  /** Lists every token that the request may mean, those under today's name first. */
  carried(jar: CookieJar): readonly CarriedToken[] {
    const today = this.#today.tokens(jar);
    if (this.#former.every(({ name }) => jar.values(name).length === 0)) return today;
    return [...today, ...this.#former.flatMap((cookie) => cookie.tokens(jar))];
  }

  /** Lists the names of cookies that hold nothing but tokens which are known. */
  namesOf(carried: readonly CarriedToken[], isKnown: (token: string) => boolean): readonly string[] {
    const strange = carried.filter(({ token }) => !isKnown(token)).map(({ name }) => name);
    return [...new Set(carried.map(({ name }) => name))].filter((name) => !strange.includes(name));
  }

  /** Tells whether the session is in more than one cookie of these names, where it should be in one. */
  isScattered(jar: CookieJar, claimed: readonly string[]): boolean {
    return claimed.reduce((sum, name) => sum + jar.values(name).length, 0) > 1;
  }

  /**
   * @param claimed Names that hold nothing but this application's tokens: those of before are removed.
   * @param isAnothers Set where it is another user's than before: then no cookie of before may be left anywhere.
   */
  set(jar: CookieJar, token: string, maxAge: number, claimed: readonly string[] = [], isAnothers = false): void {
    const isClaimed = claimed.includes(this.#today.name);
    if (isClaimed && (isAnothers || this.isScattered(jar, claimed))) this.#today.removeElsewhere(jar);
    this.#removeFormer(jar, claimed);
    this.#today.set(jar, token, maxAge);
  }

  /** Removes today's cookie, and those of the names that are claimed from wherever they may have been set. */
  remove(jar: CookieJar, claimed: readonly string[] = []): void {
    if (claimed.includes(this.#today.name)) this.#today.removeElsewhere(jar);
    this.#removeFormer(jar, claimed);
    this.#today.remove(jar);
  }

  /** Removes what is claimed, and leaves the rest. */
  removeClaimed(jar: CookieJar, claimed: readonly string[]): void {
    if (claimed.includes(this.#today.name)) this.remove(jar, claimed);
    else this.#removeFormer(jar, claimed);
  }

  #removeFormer(jar: CookieJar, claimed: readonly string[]): void {
    for (const former of this.#former.filter(({ name }) => claimed.includes(name))) {
      former.removeElsewhere(jar);
      former.remove(jar);
    }
  }
}

/**
 * One cookie, or more: a token that is too long for one is cut into `name`, `name.1` and `name.2`, each but the last as long
 * as can be. How many there are stands nowhere, because whoever sends them could write anything; that they belong together
 * is found out when the token is opened.
 */
class NamedCookie {
  readonly name: string;
  readonly #chunkLength: number;
  /** The names of the cookies that follow the first. */
  readonly #following: readonly string[];

  constructor(private readonly config: CookieConfig) {
    this.name = config.cookieName;
    this.#chunkLength = config.hasChunks ? chunkLength(this.name) : Number.POSITIVE_INFINITY;
    this.#following = cookieNames(config).slice(1);
  }

  tokens(jar: CookieJar): readonly CarriedToken[] {
    const first = jar.values(this.name);
    return first.map((chunk) => ({ token: this.#whole(jar, chunk), name: this.name }));
  }

  set(jar: CookieJar, token: string, maxAge: number): void {
    const names = [this.name];
    jar.set(this.name, token.slice(0, this.#chunkLength), { ...this.config.cookie, maxAge });
    for (const name of this.#following) {
      const chunk = token.slice(names.length * this.#chunkLength, (names.length + 1) * this.#chunkLength);
      if (chunk === '') break;
      names.push(name);
      jar.set(name, chunk, { ...this.config.cookie, maxAge });
    }
    for (const name of this.#carried(jar)) if (!names.includes(name)) this.#remove(jar, name);
  }

  remove(jar: CookieJar): void {
    for (const name of [this.name, ...this.#carried(jar)]) this.#remove(jar, name);
  }

  /** Removes what was set for other paths and domains; a browser keeps one cookie of a host's own, and needs no more. */
  removeElsewhere(jar: CookieJar): void {
    if (isHostCookie(this.name)) return;
    for (const name of [this.name, ...this.#carried(jar)]) jar.removeElsewhere(name, this.config.cookie);
  }

  /**
   * Puts a token together. What is left over behind a chunk that is not full is none of it. Of several cookies of one name a browser sends those
   * that were set together in the same order; where their numbers differ, none is known to be right.
   */
  #whole(jar: CookieJar, first: string): string {
    let token = first;
    let last = first;
    let before: readonly string[] | undefined;
    for (const name of this.#following) {
      if (last.length !== this.#chunkLength) return token;
      const full = (before ?? jar.values(this.name)).filter(({ length }) => length === this.#chunkLength);
      const values = jar.values(name);
      const next = values[full.indexOf(last)];
      if (next === undefined || values.length !== full.length) return token;
      token += next;
      last = next;
      before = values;
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
