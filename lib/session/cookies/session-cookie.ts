import { compareLineages, type Lineage, lineageOfName, nameOfLeaving, nameOfLineage } from '../record/lineage.js';
import type { SessionConfig } from '../session-config.js';
import type { CookieJar } from './cookie-jar.js';
import { isHostCookie } from './cookie-name.js';

type CookieConfig = Pick<SessionConfig, 'cookieName' | 'formerNames' | 'cookie' | 'hasChunks' | 'hasSeveralCookies'>;

/** Maximum bytes of a cookie's name and value. @see RFC 6265bis 5.6: browsers drop a cookie that exceeds this. */
const MAX_BYTES = 4096;
/**
 * Maximum number of chunks. With four full ones, Node refuses every request of this visitor, even one to sign out,
 * because its head exceeds 16 KB.
 */
const MAX_CHUNKS = 3;
/**
 * Separates a cookie's name from the suffix that distinguishes it from others of the application. A name with a dot
 * is a chunk.
 */
const MARK = '~';
/** Matches the end of the name of every chunk except the first. */
const CHUNK = /\.[12]$/;
const KINDS = /^(?:~[a-z0-9-]+)?$/;
const LONGEST_KIND = `${MARK}${nameOfLineage({ epoch: 36 ** 8 - 1, turn: 36 ** 8 - 1 })}`;
const NONE: readonly CarriedToken[] = [];
const NO_NAMES: readonly string[] = [];

/** A token of a request, and the name of its cookie. */
export interface CarriedToken {
  readonly token: string;
  readonly name: string;
}

/** Returns the bytes available for a session, and how many of them the cookies' names take. */
export function roomOf({ cookieName, hasChunks }: Pick<CookieConfig, 'cookieName' | 'hasChunks'>): {
  bytes: number;
  forNames: number;
} {
  const longestName = cookieName + LONGEST_KIND;
  if (!hasChunks) return { bytes: MAX_BYTES, forNames: longestName.length };
  return { bytes: MAX_CHUNKS * MAX_BYTES, forNames: MAX_CHUNKS * (MAX_BYTES - chunkLength(longestName)) };
}

/** Returns the names of the cookies that one session may use, in order. @param name The name of the first. */
export function cookieNames(name: string, { hasChunks }: Pick<CookieConfig, 'hasChunks'>): readonly string[] {
  return [name, ...Array.from({ length: hasChunks ? MAX_CHUNKS - 1 : 0 }, (_, at) => `${name}.${at + 1}`)];
}

/**
 * Reads and writes the cookies of sessions. A browser has one session, but may for a moment have cookies of several.
 * Each has its own name, so that a late response cannot replace a newer session with an older one. The names begin
 * with the current name or a former one. A browser may also have several cookies of one name, for several paths and
 * domains, and some may belong to other applications. So cookies are removed from other paths and domains only when
 * the caller claims their name: when every value under it was found to belong to this application.
 */
export class SessionCookie {
  /** The cookie of a session that does not need to be distinguished from another. */
  readonly home: string;
  /** The first cookie of a guest's session, in a store that distinguishes sessions by cookie. */
  readonly ofGuest: string;
  /** The first cookie of a session that begins while the browser withholds another one. */
  readonly apart: string;
  readonly #formerNames: readonly string[];

  constructor(private readonly config: CookieConfig) {
    this.home = config.cookieName;
    this.ofGuest = `${this.home}${MARK}guest`;
    this.apart = `${this.home}${MARK}apart`;
    this.#formerNames = config.formerNames;
  }

  /** Returns the name of a cookie that no other session uses, whatever requests are under way. */
  of(lineage: Lineage): string {
    return `${this.home}${MARK}${nameOfLineage(lineage)}`;
  }

  /**
   * Returns the name of the cookie for the mark after a sign-out, shared by concurrent sign-outs. @param base The
   * lineage that the request knew.
   */
  ofLeaving(lineage: Lineage, base: Lineage | undefined): string {
    return `${this.home}${MARK}${nameOfLeaving(lineage, base)}`;
  }

  /** Returns the cookie to use for what was found in one: the same, or the current name in place of a former one. */
  todayOf(name: string): string {
    const isUnder = (start: string) => name === start || name.startsWith(start + MARK);
    const former = isUnder(this.home) ? undefined : this.#formerNames.find(isUnder);
    return former === undefined ? name : this.home + name.slice(former.length);
  }

  /** Returns every token of the request, the most likely latest ones first, because the caller may read only some. */
  carried(jar: CookieJar): readonly CarriedToken[] {
    let carried = this.#carriedUnder(this.home, jar);
    for (const name of this.#formerNames) {
      const former = this.#carriedUnder(name, jar);
      if (former.length > 0) carried = [...carried, ...former];
    }
    return carried;
  }

  /** Checks whether the request carries a cookie, or a chunk, under the plain name, whatever its value. */
  isHomeTaken(jar: CookieJar): boolean {
    return cookieNames(this.home, this.config).some((name) => jar.values(name).length > 0);
  }

  /** Checks whether the request carries a session cookie, whatever its value. */
  isCarried(jar: CookieJar): boolean {
    return this.carried(jar).length > 0;
  }

  /** Returns the names under which all tokens are known. */
  namesOf(carried: readonly CarriedToken[], isKnown: (token: string) => boolean): readonly string[] {
    const [only] = carried;
    if (only && carried.length === 1) return isKnown(only.token) ? [only.name] : NO_NAMES;
    const strange = carried.filter(({ token }) => !isKnown(token)).map(({ name }) => name);
    return [...new Set(carried.map(({ name }) => name))].filter((name) => !strange.includes(name));
  }

  /**
   * Returns the current (not former) cookie names of the request, including those of which only later chunks arrived.
   * Cookies under a former name may belong to another application.
   */
  todaysIn(jar: CookieJar): readonly string[] {
    const named = jar
      .named(this.home, MARK)
      .map(({ name }) => (this.config.hasChunks ? name.replace(CHUNK, '') : name));
    const names = new Set(named.filter((name) => KINDS.test(name.slice(this.home.length))));
    return this.isHomeTaken(jar) ? [...names.add(this.home)] : [...names];
  }

  /**
   * Writes a token.
   *
   * @param maxAge In seconds; `undefined` for a cookie that the browser keeps until it is closed.
   * @param isElsewhere True to remove the cookie from every other path and domain.
   */
  set(jar: CookieJar, name: string, token: string, maxAge: number | undefined, isElsewhere = false): void {
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

  /** Removes a cookie. @param isElsewhere True to remove it from every other path and domain as well. */
  remove(jar: CookieJar, name: string, isElsewhere = false): void {
    if (isElsewhere) this.#removeElsewhere(jar, name);
    for (const each of [name, ...this.#chunksIn(jar, name)]) this.#remove(jar, each);
  }

  #carriedUnder(start: string, jar: CookieJar): readonly CarriedToken[] {
    const named = jar.named(start, MARK);
    if (named.length === 0) return NONE;
    // A name that this application never writes belongs to somebody else.
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
   * Joins the chunks of a token. It was split into `name`, `name.1` and `name.2`, each except the last of full
   * length. The number of chunks is stored nowhere, because a client could change it; opening the token shows whether
   * they belong together. Chunks after one that is not full are ignored. Of several cookies of one name, a browser
   * sends those that were set together in the same order; when the numbers of values differ, no combination is known
   * to be right.
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

  /** Removes cookies for other paths and domains. Does nothing for `__Host-` names, of which a browser has only one. */
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
