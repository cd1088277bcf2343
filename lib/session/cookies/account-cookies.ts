import type { SessionConfig } from '../session-config.js';
import { type CarriedCookie, type CookieAttributes, CookieJar } from './cookie-jar.js';

/** The account whose session has the cookie of a browser with one account. */
const FIRST = 1;
/** Maximum number of accounts that the option can allow. */
export const MOST_ACCOUNTS = 5;

/**
 * The cookies of a browser that may be signed in to several accounts. Accounts have numbers. The session of the first
 * one is in the same cookie as without this option, that of each other one in a cookie of its own, and one more cookie
 * names the current account. Sessions know nothing of each other.
 */
export class AccountCookies {
  readonly #home: string;
  readonly #selector: string;

  constructor(private readonly config: Pick<SessionConfig, 'cookieName' | 'cookie' | 'maxAccounts' | 'longestLife'>) {
    this.#home = config.cookieName;
    this.#selector = `${config.cookieName}-account`;
  }

  get isOn(): boolean {
    return this.config.maxAccounts > FIRST;
  }

  /** The numbers of all accounts that the browser may have. */
  get numbers(): readonly number[] {
    return numbersUpTo(this.config.maxAccounts);
  }

  /** The numbers of all accounts whose sessions it may hold, those of a time when the option allowed more included. */
  get numbersEver(): readonly number[] {
    return numbersUpTo(MOST_ACCOUNTS);
  }

  /** Returns the number of the current account. */
  currentIn(jar: CookieJar): number {
    const [named] = this.isOn ? jar.values(this.#selector) : [];
    return this.numbers.find((number) => String(number) === named) ?? FIRST;
  }

  /** Makes an account the current one, from the next request on. */
  select(jar: CookieJar, number: number): void {
    const isFirst = number === FIRST;
    const maxAge = isFirst ? 0 : Math.ceil(this.config.longestLife / 1000);
    jar.set(this.#selector, isFirst ? '' : String(number), { ...this.config.cookie, maxAge });
  }

  /** Makes the account that signs in the current one, where the browser may have withheld the number of another. */
  selectUnseen(jar: CookieJar): void {
    if (this.isOn && jar.withholds(this.config.cookie.sameSite)) this.select(jar, this.currentIn(jar));
  }

  /** Returns the cookies of one account, under the names that they have without this option. */
  of(jar: CookieJar, number: number): CookieJar {
    return number === FIRST ? jar : new AccountJar(jar, this.#home, `${this.#home}-${number}`);
  }

  /** Returns the name that a cookie of the current account has in the browser. */
  nameIn(jar: CookieJar, name: string): string {
    const number = this.currentIn(jar);
    return number === FIRST ? name : ownName(name, this.#home, `${this.#home}-${number}`);
  }

  /** Returns the cookies of the current account. */
  ofCurrent(jar: CookieJar): CookieJar {
    return this.isOn ? this.of(jar, this.currentIn(jar)) : jar;
  }
}

function numbersUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, at) => FIRST + at);
}

/** The cookies of an account other than the first, each under the name that it would have for the first. */
class AccountJar extends CookieJar {
  override readonly isReadOnly: boolean;

  constructor(
    private readonly jar: CookieJar,
    private readonly home: string,
    private readonly own: string,
  ) {
    super();
    this.isReadOnly = jar.isReadOnly;
  }

  override values(name: string): readonly string[] {
    return this.jar.values(this.#ownOf(name));
  }

  override named(name: string, mark: string): readonly CarriedCookie[] {
    const own = this.#ownOf(name);
    return this.jar
      .named(own, mark)
      .map((cookie) => ({ name: name + cookie.name.slice(own.length), value: cookie.value }));
  }

  override withholds(sameSite: CookieAttributes['sameSite']): boolean {
    return this.jar.withholds(sameSite);
  }

  override set(name: string, value: string, attributes: CookieAttributes): void {
    this.jar.set(this.#ownOf(name), value, attributes);
  }

  override removeElsewhere(name: string, attributes: Omit<CookieAttributes, 'maxAge'>): void {
    this.jar.removeElsewhere(this.#ownOf(name), attributes);
  }

  #ownOf(name: string): string {
    return ownName(name, this.home, this.own);
  }
}

/** Former names of the session's cookie begin otherwise; no browser has one of them for a further account. */
function ownName(name: string, home: string, own: string): string {
  return name.startsWith(home) ? own + name.slice(home.length) : `${own}-${name}`;
}
