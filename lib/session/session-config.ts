import { InvalidOptionsError } from '../errors/index.js';
import type { CookieAttributes } from './cookies/cookie-jar.js';
import { cookieProblems, defaultCookieName, formerCookieNames, withPrefix } from './cookies/cookie-name.js';
import type { SessionCookieOptions } from './cookies/cookie-options.js';
import {
  type Lifetime,
  ownLifetime,
  RENEWALS_PER_IDLE,
  rememberedFor,
  renewalProblems,
  timeoutProblems,
} from './lifetimes.js';
import type { SessionRecord } from './record/session-record.js';

const DAY = 24 * 60 * 60;
const STORE_TIMEOUT = 5;
const MAX_SIZE = 64 * 1024;

/** Options for the lifetime, the size and the cookie of sessions. */
export interface SessionOptions {
  cookie?: SessionCookieOptions | undefined;
  /**
   * Seconds without a request after which a session ends: never earlier, and at most `renewAfter` later. Default: 7
   * days.
   */
  idleTimeout?: number | undefined;
  /** Seconds after which a session ends even if it is used. Default: 30 days, or `idleTimeout` if that is longer. */
  absoluteTimeout?: number | undefined;
  /** Seconds after which an unchanged session is written again. Default: 1 day, at most a seventh of `idleTimeout`. */
  renewAfter?: number | undefined;
  /**
   * The timeouts, in seconds, of sessions whose visitors asked to stay signed in: `signIn(user, { rememberMe: true })`.
   * Default: 30 days without a request and 180 days in total, and at least the timeouts of other sessions.
   */
  rememberMe?: { idleTimeout?: number | undefined; absoluteTimeout?: number | undefined } | undefined;
  /**
   * Set to end the sessions of visitors who did not ask to stay signed in, and of guests, when the browser is closed:
   * their cookie has neither `Max-Age` nor `Expires`. The timeouts hold as well. Default: `false`.
   */
  endsWithBrowser?: boolean | undefined;
  /** Patterns of paths whose requests do not count as activity: see `QuietOptions`. Default: none. */
  quiet?: readonly string[] | undefined;
  /** Seconds after which a store that does not answer counts as unavailable. Default: 5. */
  storeTimeout?: number | undefined;
  /**
   * The `Cache-Control` of pages for signed-in visitors. With `no-store` browsers store nothing, so Back shows
   * nothing after a sign-out. With `no-cache` browsers revalidate a stored page before they load it, but Back may
   * show a page that is still in memory (bfcache), even after a sign-out. Default: `no-store`.
   */
  signedInPages?: 'no-store' | 'no-cache' | undefined;
  /** Maximum number of sessions per user; a sign-in beyond it ends the oldest. Default: no limit. */
  maxSessionsPerUser?: number | undefined;
  /**
   * Maximum number of accounts to which one browser may be signed in at once, from 2 to 5, with `addAccount` and
   * `switchAccount`. Requires a store on the server and `csrf.requireToken: true`. Default: one account.
   */
  maxAccounts?: number | undefined;
  /** Maximum number of characters of a session's text in a store on the server. Default: 65,536. */
  maxSize?: number | undefined;
}

/** The parts of a record by which its lifetime counts. */
type Lasting = Pick<SessionRecord, 'isRemembered' | 'lifetime'>;

type Derived =
  | 'longestLife'
  | 'longestIdle'
  | 'lifetimeOf'
  | 'renewAfterOf'
  | 'expiryOf'
  | 'isLive'
  | 'isDueForRenewal'
  | 'isOnlyRemembered'
  | 'hasLastingCookie';
type Settled = Omit<SessionConfig, Derived>;

/** The environment in which a session's cookie is set. */
interface Surroundings {
  /** True in production, where the cookie is secure by default. */
  readonly isProduction: boolean;
  /** Distinguishes the application from others on its host: the suffix of the cookie's default name. */
  readonly applicationId?: string | undefined;
  /**
   * True when sessions are committed by hand: sessions are not renewed automatically, and the cookie's name gets no
   * prefix.
   */
  readonly isByHand?: boolean | undefined;
}

/** The validated session options, the same for every request. Times are milliseconds. */
export class SessionConfig {
  readonly cookieName: string;
  /** Cookie names under which an earlier version, or earlier options, may have stored a session of this application. */
  readonly formerNames: readonly string[];
  readonly cookie: Readonly<Omit<CookieAttributes, 'maxAge'>>;
  readonly idleTimeout: number;
  readonly absoluteTimeout: number;
  readonly renewAfter: number;
  readonly rememberMe: Lifetime;
  readonly endsWithBrowser: boolean;
  /** Patterns of paths whose requests do not count as activity. */
  readonly quiet: readonly string[];
  readonly storeTimeout: number;
  readonly maxSessionsPerUser: number | undefined;
  readonly maxAccounts: number;
  readonly signedInPages: 'no-store' | 'no-cache';
  readonly maxSize: number;
  readonly hasChunks: boolean;
  /** True when sessions may use further cookie names, so that a late response cannot replace a newer session. */
  readonly hasSeveralCookies: boolean;

  /** Use {@link SessionConfig.from}, which validates the options. */
  constructor(settled: Settled) {
    this.cookieName = settled.cookieName;
    this.formerNames = settled.formerNames;
    this.cookie = settled.cookie;
    this.idleTimeout = settled.idleTimeout;
    this.absoluteTimeout = settled.absoluteTimeout;
    this.renewAfter = settled.renewAfter;
    this.rememberMe = settled.rememberMe;
    this.endsWithBrowser = settled.endsWithBrowser;
    this.quiet = settled.quiet;
    this.storeTimeout = settled.storeTimeout;
    this.maxSessionsPerUser = settled.maxSessionsPerUser;
    this.maxAccounts = settled.maxAccounts;
    this.signedInPages = settled.signedInPages;
    this.maxSize = settled.maxSize;
    this.hasChunks = settled.hasChunks;
    this.hasSeveralCookies = settled.hasSeveralCookies;
  }

  /** Maximum lifetime of any session. */
  get longestLife(): number {
    return Math.max(this.absoluteTimeout, this.rememberMe.absoluteTimeout);
  }

  /** Maximum time between two writes of a session that is not to be remembered. */
  get longestIdle(): number {
    return this.idleTimeout + this.renewAfter;
  }

  /** Returns the timeouts of a session: those that its sign-in set, or the configured ones. */
  lifetimeOf({ isRemembered, lifetime }: Lasting): Lifetime {
    const configured = isRemembered ? this.rememberMe : this;
    return lifetime ? ownLifetime(lifetime, configured, this.longestLife) : configured;
  }

  /** Returns the renewal interval of a session. A short idle timeout of its own needs a shorter interval. */
  renewAfterOf({ lifetime }: Pick<SessionRecord, 'lifetime'>): number {
    if (lifetime?.idleTimeout === undefined) return this.renewAfter;
    return Math.min(this.renewAfter, Math.floor(lifetime.idleTimeout / RENEWALS_PER_IDLE));
  }

  /**
   * Returns when a session that is written now expires. Requests within the next `renewAfter` do not write it, so
   * `renewAfter` is added: after the last of them the session still has its full idle time.
   */
  expiryOf(record: Pick<SessionRecord, 'createdAt'> & Lasting, now: number): number {
    const { idleTimeout, absoluteTimeout } = this.lifetimeOf(record);
    return Math.min(now + idleTimeout + this.renewAfterOf(record), record.createdAt + absoluteTimeout);
  }

  /** Checks whether writing the session now would extend its life, and the last write is long enough ago. */
  isDueForRenewal(record: SessionRecord, now: number): boolean {
    return now >= record.renewedAt + this.renewAfterOf(record) && this.expiryOf(record, now) > record.expiresAt;
  }

  /**
   * Checks whether a session has not expired, also by the timeouts configured today, which may be shorter than
   * before.
   */
  isLive(record: Pick<SessionRecord, 'createdAt' | 'renewedAt' | 'expiresAt'> & Lasting, now: number): boolean {
    return now < record.expiresAt && now < this.expiryOf(record, record.renewedAt);
  }

  /**
   * Checks whether a session lives on only because its visitor asked to be remembered: it would have ended otherwise, now
   * or before an earlier request.
   */
  isOnlyRemembered({ createdAt, renewedAt, isRemembered, isOnlyRemembered }: SessionRecord, now: number): boolean {
    return isRemembered === true && (isOnlyRemembered === true || now >= this.expiryOf({ createdAt }, renewedAt));
  }

  /** Checks whether the browser keeps the cookie of a session when it is closed. */
  hasLastingCookie({ isRemembered }: Pick<SessionRecord, 'isRemembered'>): boolean {
    return !this.endsWithBrowser || isRemembered === true;
  }

  /** Creates the configuration from options. @throws {InvalidOptionsError} When options contradict each other. */
  static from(
    options: SessionOptions = {},
    { isProduction, applicationId, isByHand = false }: Surroundings,
  ): SessionConfig {
    const { cookie = {} } = options;
    const idleTimeout = options.idleTimeout ?? 7 * DAY;
    const absoluteTimeout = options.absoluteTimeout ?? Math.max(30 * DAY, idleTimeout);
    const renewAfter = options.renewAfter ?? Math.min(DAY, idleTimeout / RENEWALS_PER_IDLE);
    const attributes = {
      path: cookie.path ?? '/',
      domain: cookie.domain,
      sameSite: cookie.sameSite ?? 'lax',
      secure: cookie.secure ?? isProduction,
      httpOnly: true,
      ...(cookie.partitioned && { partitioned: true }),
    };
    const name = cookie.name ?? defaultCookieName(applicationId);
    const cookieName = isByHand ? name : withPrefix(name, attributes);
    const remembered = rememberedFor(options.rememberMe ?? {}, { idleTimeout, absoluteTimeout });
    const problems = [
      ...timeoutProblems({ idleTimeout, absoluteTimeout, renewAfter }, 'session'),
      ...timeoutProblems(remembered, 'session.rememberMe'),
      ...renewalProblems(renewAfter, { session: idleTimeout, 'session.rememberMe': remembered.idleTimeout }),
      ...cookieProblems(name, attributes),
    ];
    if (problems.length > 0) throw new InvalidOptionsError(problems);
    return new SessionConfig({
      cookieName,
      formerNames: isByHand ? [] : formerCookieNames(cookieName, name, cookie.name === undefined),
      cookie: Object.freeze(attributes),
      idleTimeout: idleTimeout * 1000,
      absoluteTimeout: absoluteTimeout * 1000,
      renewAfter: isByHand ? 0 : renewAfter * 1000,
      rememberMe: { idleTimeout: remembered.idleTimeout * 1000, absoluteTimeout: remembered.absoluteTimeout * 1000 },
      endsWithBrowser: options.endsWithBrowser ?? false,
      quiet: options.quiet ?? [],
      storeTimeout: (options.storeTimeout ?? STORE_TIMEOUT) * 1000,
      maxSessionsPerUser: options.maxSessionsPerUser,
      maxAccounts: options.maxAccounts ?? 1,
      signedInPages: options.signedInPages ?? 'no-store',
      maxSize: options.maxSize ?? MAX_SIZE,
      hasChunks: cookie.chunks ?? false,
      hasSeveralCookies: !isByHand,
    });
  }
}
