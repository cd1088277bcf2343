import { stringifySetCookie } from 'cookie';
import { type CarriedCookie, type CookieAttributes, CookieJar } from '../../session/cookies/cookie-jar.js';
import { Secrets } from '../../session/cookies/secrets.js';
import { SessionManager } from '../../session/manager/session-manager.js';
import type { Session } from '../../session/session.js';
import { SessionConfig } from '../../session/session-config.js';
import { CookieSessionStore } from '../../session/stores/cookie-session-store.js';
import { type CookieSessionStorageOptions, checkStorageOptions } from '../options/options.js';
import { cookiesNamed, cookieValues, definedAttributes } from '../request/astro-cookie-jar.js';

const SOURCE = 'cookie.secret of createCookieSessionStorage';
const DEVELOPMENT_SECRET = Symbol.for('astro-gatehouse.development-secret');

/** The functions of a storage that {@link createCookieSessionStorage} returns. */
export interface CookieSessionStorage<Data extends object> {
  /** Returns the session of a request; a new one when the request carries no valid session. */
  getSession(request: Pick<Request, 'headers'>): Promise<CookieSession<Data>>;
  /**
   * @returns A Set-Cookie header that keeps the session.
   * @throws {SessionTooLargeError} When it does not fit into a cookie.
   */
  commitSession(session: CookieSession<Data>): Promise<string>;
  /** @returns A Set-Cookie header that removes the session. */
  destroySession(session: CookieSession<Data>): Promise<string>;
}

/**
 * Creates a storage for sessions in a cookie that your own code opens and commits, with or without the integration.
 *
 * @template Data The types of the session's values, by key.
 * @param defaults The value of every key until it is set.
 * @param given The cookie, its secret, the timeouts in seconds, and whether sessions end with the browser.
 * @throws {InvalidOptionsError} Names every unknown or invalid option.
 * @throws {MissingSecretError} In production, without a secret.
 * @throws {WeakSecretError} In production, with a short secret or a placeholder.
 * @example
 * export const { getSession, commitSession } =
 *   createCookieSessionStorage<SessionData>({ count: 0 }, { cookie: { name: 'sid', secret: SESSION_SECRET } });
 */
export function createCookieSessionStorage<Data extends object>(
  defaults: Data,
  given: CookieSessionStorageOptions = {},
): CookieSessionStorage<Data> {
  const { cookie: { secret, ...cookie } = {}, ...times } = checkStorageOptions(given);
  const isProduction = runsInProduction();
  // A commit returns a single header, so the session must fit into one cookie.
  const options = { ...times, cookie: { ...cookie, name: cookie.name ?? '__session-id', chunks: false } };
  const config = SessionConfig.from(options, { isProduction, isByHand: true });
  const sealedWith = secret ?? (isProduction ? undefined : developmentSecret());
  const secrets = Secrets.from(sealedWith, { source: SOURCE, isProduction });
  const manager = SessionManager.over(new CookieSessionStore(secrets, config), config);
  const opened = new WeakMap<CookieSession<Data>, Session>();

  return {
    async getSession(request) {
      const jar = new HeaderCookieJar(request.headers.get('cookie'));
      const session = await manager.open(jar);
      const cookieSession = new CookieSession(session, defaults);
      opened.set(cookieSession, session);
      return cookieSession;
    },
    async commitSession(cookieSession) {
      const jar = new HeaderCookieJar(null);
      await manager.save(inner(opened, cookieSession), jar);
      return jar.setCookie;
    },
    async destroySession(cookieSession) {
      const jar = new HeaderCookieJar(null);
      await manager.end(inner(opened, cookieSession), jar);
      return jar.setCookie;
    },
  };
}

/** The cookies of one Cookie header, and the Set-Cookie header for the response. */
class HeaderCookieJar extends CookieJar {
  setCookie = '';

  constructor(private readonly header: string | null) {
    super();
  }

  override values(name: string): readonly string[] {
    return cookieValues(this.header, name);
  }

  override named(name: string, mark: string): readonly CarriedCookie[] {
    return cookiesNamed(this.header, name, mark);
  }

  override set(name: string, value: string, attributes: CookieAttributes): void {
    const cookie = { name, value, ...definedAttributes(attributes) };
    this.setCookie = stringifySetCookie(cookie, { encode: String });
  }
}

function inner<Data extends object>(opened: WeakMap<CookieSession<Data>, Session>, session: CookieSession<Data>) {
  const found = opened.get(session);
  if (!found)
    throw new TypeError('[astro-gatehouse] This session was not opened by this storage: use the one that opened it.');
  return found;
}

function runsInProduction(): boolean {
  // Written out in full, because Vite replaces this expression: a built site need not have NODE_ENV set.
  const isBuilt = (import.meta as { env?: { PROD?: boolean } }).env?.PROD;
  return isBuilt ?? globalThis.process?.env?.NODE_ENV === 'production';
}

/** Returns the secret of this process: sessions survive a reload of the module, but not a restart. */
function developmentSecret(): string {
  const kept = globalThis as { [DEVELOPMENT_SECRET]?: string };
  kept[DEVELOPMENT_SECRET] ??= warnAndMake();
  return kept[DEVELOPMENT_SECRET];
}

function warnAndMake(): string {
  console.warn(
    `[astro-gatehouse] createCookieSessionStorage has no cookie.secret: sessions end when this server stops, and in ` +
      `production it throws without a secret. Set cookie.secret to at least 32 random characters.`,
  );
  return crypto.randomUUID() + crypto.randomUUID();
}

/**
 * A session of {@link createCookieSessionStorage}: typed by its data, with a default for every key. Changes reach the
 * browser when the session is committed.
 */
export class CookieSession<Data extends object> {
  readonly #session: Session;
  readonly #defaults: Data;
  readonly #read = new Set<string>();

  constructor(session: Session, defaults: Data) {
    this.#session = session;
    this.#defaults = structuredClone(defaults);
  }

  /** Returns the value of a key, or its default. */
  get<Key extends keyof Data & string>(key: Key): Data[Key] {
    const value = this.#session.get(key);
    return value === undefined ? this.#defaults[key] : (value as Data[Key]);
  }

  /**
   * Sets the value of a key, or the result of a function that receives the previous value.
   *
   * @throws {InvalidSessionValueError} For values other than JSON, Date, Map, Set, URL and BigInt.
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key] | ((old: Data[Key]) => Data[Key])): this {
    const next = typeof value === 'function' ? (value as (old: Data[Key]) => Data[Key])(this.get(key)) : value;
    this.#session.set<string>(key, next);
    return this;
  }

  /** Returns true when the value, or its default, is truthy. */
  has(key: keyof Data & string): boolean {
    return Boolean(this.get(key));
  }

  /** Removes a value, so that its default applies again. */
  unset(key: keyof Data & string): this {
    this.#session.unset(key);
    return this;
  }

  /** Removes every value. */
  clear(): this {
    this.#session.clear();
    return this;
  }

  /** Returns all values, with the defaults of keys that are not set. */
  all(): Data {
    return { ...this.#defaults, ...this.#session.all() };
  }

  /** Returns and removes the message of a key, so that it is read only once. */
  flash<Value = string>(key: string): Value | undefined;
  /** Leaves a message for a later request. It replaces a waiting message of the same key. */
  flash(key: string, value: unknown): this;
  flash(...[key, ...given]: [key: string, value?: unknown]): unknown {
    if (given.length === 0) return this.#takeFlash(key);
    this.#read.delete(key);
    this.#session.flashes.set(key, given[0]);
    return this;
  }

  #takeFlash(key: string): unknown {
    if (this.#read.has(key)) return undefined;
    this.#read.add(key);
    return this.#session.flash<unknown>(key);
  }
}
