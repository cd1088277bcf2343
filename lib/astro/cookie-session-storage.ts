import { stringifySetCookie } from 'cookie';
import { type CarriedCookie, type CookieAttributes, CookieJar } from '../session/cookie-jar.js';
import { Secrets } from '../session/secrets.js';
import type { Session } from '../session/session.js';
import { SessionConfig } from '../session/session-config.js';
import { SessionManager } from '../session/session-manager.js';
import { CookieSessionStore } from '../session/stores/cookie-session-store.js';
import { CookieSession } from './cookie-session.js';
import { type CookieSessionStorageOptions, checkStorageOptions } from './options.js';
import { cookiesNamed, cookieValues } from './request/astro-cookie-jar.js';

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
 * @param defaults The value of every key until it is set.
 * @param given The cookie and the timeouts.
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

/** The cookies of one Cookie header, and the Set-Cookie header of the answer. */
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

  override set(name: string, value: string, { domain, ...attributes }: CookieAttributes): void {
    const cookie = { name, value, ...attributes, ...(domain !== undefined && { domain }) };
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
    `[astro-gatehouse] createCookieSessionStorage has no cookie.secret: sessions end when this server does, and in ` +
      `production it throws without one.`,
  );
  return crypto.randomUUID() + crypto.randomUUID();
}
