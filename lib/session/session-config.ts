import { InvalidOptionsError } from '../errors.js';
import type { CookieAttributes } from './cookie-jar.js';
import { cookieProblems, defaultCookieName, formerCookieNames, withPrefix } from './cookie-name.js';
import type { SessionRecord } from './session-record.js';

const DAY = 24 * 60 * 60;
const STORE_TIMEOUT = 5;
const MAX_SIZE = 64 * 1024;

/** How the session's cookie is to look. */
export interface SessionCookieOptions {
  /**
   * Default `gatehouse`, with a few characters behind it that tell this application from others on its host. A secure cookie
   * is prefixed with `__Host-`, or `__Secure-` where path or domain forbid that.
   */
  name?: string | undefined;
  /** Default `/`. */
  path?: string | undefined;
  /** Default: none, the cookie stays with this host. */
  domain?: string | undefined;
  /** Default `lax`. `none` needs `secure`. */
  sameSite?: 'lax' | 'strict' | 'none' | undefined;
  /** Default: `true` in production, `false` in development. */
  secure?: boolean | undefined;
  /** Whether a session that one cookie cannot hold is split over up to three. Default `false`. */
  chunks?: boolean | undefined;
}

/** How long sessions last, and how the browser keeps them. */
export interface SessionOptions {
  cookie?: SessionCookieOptions | undefined;
  /** Seconds without a request after which a session ends: never earlier, and at most `renewAfter` later. Default: 7 days. */
  idleTimeout?: number | undefined;
  /** Seconds after which a session ends however much it is used. Default: 30 days, or `idleTimeout` if that is more. */
  absoluteTimeout?: number | undefined;
  /** Seconds after which an unchanged session is written again. Default: 1 day, at most a seventh of `idleTimeout`. */
  renewAfter?: number | undefined;
  /**
   * How long sessions live whose visitors asked for it: `signIn(user, { rememberMe: true })`. Seconds, as
   * above. Default: 30 days without a request, and 180 days in any case.
   */
  rememberMe?: { idleTimeout?: number | undefined; absoluteTimeout?: number | undefined } | undefined;
  /** Seconds after which a store that does not answer counts as away. Default 5. */
  storeTimeout?: number | undefined;
  /**
   * What browsers may keep of the pages of signed-in visitors: nothing, so that Back after a sign-out shows nothing, or
   * what they ask for again before they load it. With `no-cache`, Back may show what a browser still has in its memory
   * (bfcache), after a sign-out too. Default `no-store`.
   */
  signedInPages?: 'no-store' | 'no-cache' | undefined;
  /** How many sessions a user may have; the next sign-in ends the oldest. Default: as many as there are. */
  maxSessionsPerUser?: number | undefined;
  /** How many characters of text a session may take in a store on the server. Default: 65,536. */
  maxSize?: number | undefined;
}

interface Lifetime {
  readonly idleTimeout: number;
  readonly absoluteTimeout: number;
}

type Settled = Omit<SessionConfig, 'longestLife' | 'longestIdle' | 'expiryOf' | 'isLive' | 'isDueForRenewal'>;

/** Where a session's cookie is set. */
interface Surroundings {
  /** Makes the cookie secure unless told otherwise. */
  readonly isProduction: boolean;
  /** Tells the application from others on its host: it becomes a part of the cookie's name, unless that is given. */
  readonly applicationId?: string | undefined;
  /** Set where sessions are committed by hand: then none is renewed by itself, and the cookie is called as it is given. */
  readonly isByHand?: boolean | undefined;
}

/** Settled session options, the same for every request. Times are milliseconds. */
export class SessionConfig {
  readonly cookieName: string;
  /** Names under which an earlier version, or an earlier choice of options, may have left a session of this application. */
  readonly formerNames: readonly string[];
  readonly cookie: Readonly<Omit<CookieAttributes, 'maxAge'>>;
  readonly idleTimeout: number;
  readonly absoluteTimeout: number;
  readonly renewAfter: number;
  readonly rememberMe: Lifetime;
  readonly storeTimeout: number;
  readonly maxSessionsPerUser: number | undefined;
  readonly signedInPages: 'no-store' | 'no-cache';
  readonly maxSize: number;
  readonly hasChunks: boolean;
  /** Whether sessions may take cookies of other names beside the one, so that a late answer cannot take its place. */
  readonly hasSeveralCookies: boolean;

  /** Use {@link SessionConfig.from}, which checks what it is given. */
  constructor(settled: Settled) {
    this.cookieName = settled.cookieName;
    this.formerNames = settled.formerNames;
    this.cookie = settled.cookie;
    this.idleTimeout = settled.idleTimeout;
    this.absoluteTimeout = settled.absoluteTimeout;
    this.renewAfter = settled.renewAfter;
    this.rememberMe = settled.rememberMe;
    this.storeTimeout = settled.storeTimeout;
    this.maxSessionsPerUser = settled.maxSessionsPerUser;
    this.signedInPages = settled.signedInPages;
    this.maxSize = settled.maxSize;
    this.hasChunks = settled.hasChunks;
    this.hasSeveralCookies = settled.hasSeveralCookies;
  }

  /** The longest that any session can live. */
  get longestLife(): number {
    return Math.max(this.absoluteTimeout, this.rememberMe.absoluteTimeout);
  }

  /** The longest that a session which is not to be remembered may go without being written. */
  get longestIdle(): number {
    return this.idleTimeout + this.renewAfter;
  }

  /**
   * When a session ends that is written now. Requests in the time of `renewAfter` that follows leave no trace, and the last
   * of them has its whole idle time too.
   */
  expiryOf({ createdAt, isRemembered }: Pick<SessionRecord, 'createdAt' | 'isRemembered'>, now: number): number {
    const { idleTimeout, absoluteTimeout } = isRemembered ? this.rememberMe : this;
    return Math.min(now + idleTimeout + this.renewAfter, createdAt + absoluteTimeout);
  }

  /** Whether a session would live on for longer if it were written now, and was not a short while ago. */
  isDueForRenewal(record: SessionRecord, now: number): boolean {
    return now >= record.renewedAt + this.renewAfter && this.expiryOf(record, now) > record.expiresAt;
  }

  /** Timeouts are those configured today, however long a record was promised to live. */
  isLive(record: Pick<SessionRecord, 'createdAt' | 'renewedAt' | 'expiresAt' | 'isRemembered'>, now: number): boolean {
    return now < record.expiresAt && now < this.expiryOf(record, record.renewedAt);
  }

  /** @throws {InvalidOptionsError} When options contradict each other. */
  static from(
    options: SessionOptions = {},
    { isProduction, applicationId, isByHand = false }: Surroundings,
  ): SessionConfig {
    const { cookie = {} } = options;
    const idleTimeout = options.idleTimeout ?? 7 * DAY;
    const absoluteTimeout = options.absoluteTimeout ?? Math.max(30 * DAY, idleTimeout);
    const renewAfter = options.renewAfter ?? Math.min(DAY, idleTimeout / 7);
    const attributes = {
      path: cookie.path ?? '/',
      domain: cookie.domain,
      sameSite: cookie.sameSite ?? 'lax',
      secure: cookie.secure ?? isProduction,
      httpOnly: true,
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
      storeTimeout: (options.storeTimeout ?? STORE_TIMEOUT) * 1000,
      maxSessionsPerUser: options.maxSessionsPerUser,
      signedInPages: options.signedInPages ?? 'no-store',
      maxSize: options.maxSize ?? MAX_SIZE,
      hasChunks: cookie.chunks ?? false,
      hasSeveralCookies: !isByHand,
    });
  }
}

/** At least as long as any other session lives. */
function rememberedFor(
  { idleTimeout, absoluteTimeout }: NonNullable<SessionOptions['rememberMe']>,
  ordinary: Lifetime,
): Lifetime {
  const idle = idleTimeout ?? Math.max(30 * DAY, ordinary.idleTimeout);
  return { idleTimeout: idle, absoluteTimeout: absoluteTimeout ?? Math.max(180 * DAY, ordinary.absoluteTimeout, idle) };
}

function timeoutProblems(times: Lifetime & { renewAfter?: number }, option: string): string[] {
  const problems = Object.entries(times)
    .filter(([, seconds]) => !(Number.isFinite(seconds) && seconds > 0))
    .map(([name, seconds]) => `${option}.${name} must be a number of seconds above 0, not ${seconds}`);
  const { idleTimeout, absoluteTimeout } = times;
  if (problems.length > 0 || idleTimeout <= absoluteTimeout) return problems;
  return [
    `${option}.idleTimeout (${idleTimeout} s) is longer than ${option}.absoluteTimeout (${absoluteTimeout} s), so it could never end a session: lower one or raise the other`,
  ];
}

/** @param idleTimeouts By the option that they stand in. */
function renewalProblems(renewAfter: number, idleTimeouts: Readonly<Record<string, number>>): string[] {
  return Object.entries(idleTimeouts)
    .filter(([, idleTimeout]) => renewAfter >= idleTimeout && idleTimeout > 0)
    .map(
      ([option, idleTimeout]) =>
        `session.renewAfter (${renewAfter} s) must be shorter than ${option}.idleTimeout (${idleTimeout} s), or sessions that nobody uses would live for twice that time`,
    );
}
