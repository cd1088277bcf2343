import type { CookieJar } from './cookie-jar.js';
import { isHostCookie } from './cookie-name.js';
import { compareLineages, type Lineage, lineageOfName, nameOfLeaving, nameOfLineage } from './lineage.js';
import type { SessionConfig } from './session-config.js';

type CookieConfig = Pick<SessionConfig, 'cookieName' | 'formerNames' | 'cookie' | 'hasChunks' | 'hasSeveralCookies'>;

/** @see RFC 6265bis 5.6: browsers drop a cookie whose name and value exceed this. */
const MAX_BYTES = 4096;
/** With four full ones, Node refuses every request of this visitor for its head (16 KB), that to sign out included. */
const MAX_CHUNKS = 3;
/** Behind a cookie's name, where it is told from others of the same application; what has a dot in it is a chunk. */
const MARK = '~';
/** Ends the name of a chunk behind the first. */
const CHUNK = /\.[12]$/;
const KINDS = /^(?:~[a-z0-9-]+)?$/;
const LONGEST_KIND = `${MARK}${nameOfLineage({ epoch: 36 ** 8 - 1, turn: 36 ** 8 - 1 })}`;
const NONE: readonly CarriedToken[] = [];
const NO_NAMES: readonly string[] = [];

/** A token that a request came with, and the name of the cookie that it was in. */
export interface CarriedToken {
  readonly token: string;
  readonly name: string;
}

/** What there is for a session: bytes in all, and those of them that go to the names of cookies. */
export function roomOf({ cookieName, hasChunks }: Pick<CookieConfig, 'cookieName' | 'hasChunks'>): {
  bytes: number;
  forNames: number;
} {
  const longestName = cookieName + LONGEST_KIND;
  if (!hasChunks) return { bytes: MAX_BYTES, forNames: longestName.length };
  return { bytes: MAX_CHUNKS * MAX_BYTES, forNames: MAX_CHUNKS * (MAX_BYTES - chunkLength(longestName)) };
}

/** The names of the cookies that one session may be in, in order. @param name That of the first. */
export function cookieNames(name: string, { hasChunks }: Pick<CookieConfig, 'hasChunks'>): readonly string[] {
  return [name, ...Array.from({ length: hasChunks ? MAX_CHUNKS - 1 : 0 }, (_, at) => `${name}.${at + 1}`)];
}

/**
 * The cookies that sessions are in. A browser has one session, but may for a moment have cookies of several: each has a
 * name of its own, so that a late answer cannot put an older session in the place of a newer one. They begin with today's
 * name or a former one. A browser may also hold several cookies of one name, for several paths and domains, and not all of
 * them need be this application's. So what a request came with is only removed from other places where the caller claims it:
 * where every value of that name was found to be one of this application's.
 */
export class SessionCookie {
  /** Where a session is that nobody has to tell from another. */
  readonly home: string;
  /** Where a guest's session begins, in a store that tells sessions apart. */
  readonly ofGuest: string;
  /** Where a session begins beside one that could not be sent. */
  readonly apart: string;
  readonly #formerNames: readonly string[];

  constructor(private readonly config: CookieConfig) {
    this.home = config.cookieName;
    this.ofGuest = `${this.home}${MARK}guest`;
    this.apart = `${this.home}${MARK}apart`;
    this.#formerNames = config.formerNames;
  }

  /** The cookie that is no other session's, whatever is under way. */
  of(lineage: Lineage): string {
    return `${this.home}${MARK}${nameOfLineage(lineage)}`;
  }

  /** The cookie for what is left by a sign-out, and by others at once. @param base What the request knew of. */
  ofLeaving(lineage: Lineage, base: Lineage | undefined): string {
    return `${this.home}${MARK}${nameOfLeaving(lineage, base)}`;
  }

  /** The cookie for what was found in one: the same, or that of today's name in place of a former one's. */
  todayOf(name: string): string {
    const isUnder = (start: string) => name === start || name.startsWith(start + MARK);
    const former = isUnder(this.home) ? undefined : this.#formerNames.find(isUnder);
    return former === undefined ? name : this.home + name.slice(former.length);
  }

  /** Lists every token that the request may mean, those first that are likely to be the latest: not all may be looked at. */
  carried(jar: CookieJar): readonly CarriedToken[] {
    let carried = this.#carriedUnder(this.home, jar);
    for (const name of this.#formerNames) {
      const former = this.#carriedUnder(name, jar);
      if (former.length > 0) carried = [...carried, ...former];
    }
    return carried;
  }

  /** Whether the request came with a cookie, or a chunk, of the plain name, whatever is in it. */
  isHomeTaken(jar: CookieJar): boolean {
    return cookieNames(this.home, this.config).some((name) => jar.values(name).length > 0);
  }

  /** Whether the request carries a cookie of a session, whatever is in it. */
  isCarried(jar: CookieJar): boolean {
    return this.carried(jar).length > 0;
  }

  /** Lists the names of cookies that hold nothing but tokens which are known. */
  namesOf(carried: readonly CarriedToken[], isKnown: (token: string) => boolean): readonly string[] {
    const [only] = carried;
    if (only && carried.length === 1) return isKnown(only.token) ? [only.name] : NO_NAMES;
    const strange = carried.filter(({ token }) => !isKnown(token)).map(({ name }) => name);
    return [...new Set(carried.map(({ name }) => name))].filter((name) => !strange.includes(name));
  }

  /**
   * Lists the names of today's cookies that the request came with, those included whose later chunks alone came. What stands
   * under a former name may be another application's.
   */
  todaysIn(jar: CookieJar): readonly string[] {
    const named = jar
      .named(this.home, MARK)
      .map(({ name }) => (this.config.hasChunks ? name.replace(CHUNK, '') : name));
    const names = new Set(named.filter((name) => KINDS.test(name.slice(this.home.length))));
    return this.isHomeTaken(jar) ? [...names.add(this.home)] : [...names];
  }

  /** @param isElsewhere Set where it is to be removed from every other path and domain. */
  set(jar: CookieJar, name: string, token: string, maxAge: number, isElsewhere = false): void {
    if (isElsewhere) this.#removeElsewhere(jar, name);
    const written: string[] = [];
    const length = this.#chunkLengthOf(name);
    for (const each of cookieNames(name, this.config)) {
      const chunk = token.slice(written.length * length, (written.length + 1) * length);
      if (chunk === '') break;
      written.push(each);
      jar.set(each, chunk, { ...this.config.cookie, maxAge });
    }
    for (const each of this.#chunksIn(jar, name)) if (!written.includes(each)) this.#remove(jar, each);
  }

  /** @param isElsewhere Set where it is to be removed from every other path and domain as well. */
  remove(jar: CookieJar, name: string, isElsewhere = false): void {
    if (isElsewhere) this.#removeElsewhere(jar, name);
    for (const each of [name, ...this.#chunksIn(jar, name)]) this.#remove(jar, each);
  }

  #carriedUnder(start: string, jar: CookieJar): readonly CarriedToken[] {
    const named = jar.named(start, MARK);
    if (named.length === 0) return NONE;
    // One that this application never writes is somebody else's doing.
    const kinds = this.config.hasSeveralCookies ? KINDS : /^$/;
    const own = named.length === 1 ? named : named.filter(({ name }) => kinds.test(name.slice(start.length)));
    const [only] = own;
    if (only && own.length === 1) {
      const { name, value } = only;
      return kinds.test(name.slice(start.length)) ? [{ name, token: this.#whole(jar, name, value) }] : NONE;
    }
    const tokens = own.map(({ name, value }) => ({ name, token: this.#whole(jar, name, value) }));
    if (tokens.length < 2) return tokens;
    const lineageIn = (name: string) => lineageOfName(name.slice(start.length + MARK.length));
    return tokens.sort((one, other) => compareLineages(lineageIn(other.name), lineageIn(one.name)));
  }

  /**
   * Puts a token together. It was cut into `name`, `name.1` and `name.2`, each but the last as long as can be. How many there
   * are stands nowhere, because whoever sends them could write anything; that they belong together is found out when the token
   * is opened. What is left over behind a chunk that is not full is none of it. Of several cookies of one name a browser sends
   * those that were set together in the same order; where their numbers differ, none is known to be right.
   */
  #whole(jar: CookieJar, cookie: string, first: string): string {
    const length = this.#chunkLengthOf(cookie);
    if (first.length !== length) return first;
    let token = first;
    let last = first;
    let before: readonly string[] | undefined;
    for (const name of cookieNames(cookie, this.config).slice(1)) {
      if (last.length !== length) return token;
      const full = (before ?? jar.values(cookie)).filter((value) => value.length === length);
      const values = jar.values(name);
      const next = values[full.indexOf(last)];
      if (next === undefined || values.length !== full.length) return token;
      token += next;
      last = next;
      before = values;
    }
    return token;
  }

  /** Removes what was set for other paths and domains; a browser keeps one cookie of a host's own, and needs no more. */
  #removeElsewhere(jar: CookieJar, cookie: string): void {
    if (isHostCookie(cookie)) return;
    for (const name of [cookie, ...this.#chunksIn(jar, cookie)]) jar.removeElsewhere(name, this.config.cookie);
  }

  #chunkLengthOf(cookie: string): number {
    return this.config.hasChunks ? chunkLength(cookie) : Number.POSITIVE_INFINITY;
  }

  #chunksIn(jar: CookieJar, cookie: string): readonly string[] {
    const [, ...following] = cookieNames(cookie, this.config);
    return following.filter((name) => jar.values(name).length > 0);
  }

  #remove(jar: CookieJar, name: string): void {
    const place = isHostCookie(name) ? { path: '/', domain: undefined } : {};
    jar.set(name, '', { ...this.config.cookie, ...place, maxAge: 0 });
  }
}

function chunkLength(name: string): number {
  return MAX_BYTES - `${name}.${MAX_CHUNKS - 1}`.length;
}
