import type { VisitorData } from '../access/visitor.js';
import { assertVisitorData } from '../access/visitor.js';
import { Secrets } from '../session/cookies/secrets.js';
import { SessionManager } from '../session/manager/session-manager.js';
import { draftOf } from '../session/session.js';
import { SessionConfig, type SessionOptions } from '../session/session-config.js';
import { CookieSessionStore } from '../session/stores/cookie-session-store.js';
import type { SessionStore } from '../session/stores/session-store.js';
import { FakeCookieJar } from './fake-cookie-jar.js';

/** The session configuration of the application under test. */
export interface TestedApplication {
  /** Its `GATEHOUSE_SECRET`. Not needed with a store on the server. */
  secret?: string | undefined;
  /** Its option `session`, if set. */
  session?: SessionOptions | undefined;
  /** The store that it shares with the test. Default: the cookie. */
  store?: SessionStore | undefined;
  /** True for a built application. `astro dev` uses other cookie names. Default: `true`. */
  isBuilt?: boolean | undefined;
}

/**
 * Signs a user in without the login page.
 *
 * @param application The session configuration of the application under test.
 * @param user The data that `signIn` would receive.
 * @returns A Cookie header for the requests of a test: `name=value`.
 * @throws {InvalidVisitorError} When `user` is not valid.
 * @throws {MissingSecretError} Without a secret, when the session is in the cookie.
 * @example
 * const cookie = await signInCookie({ secret: process.env.GATEHOUSE_SECRET }, { userId: 'ada', role: 'admin' });
 * const page = await fetch('http://localhost:4321/admin', { headers: { cookie } });
 */
export async function signInCookie(
  { secret, session: options, store, isBuilt = true }: TestedApplication,
  user: VisitorData,
): Promise<string> {
  assertVisitorData(user);
  const config = SessionConfig.from(options, { isProduction: isBuilt });
  const sealed = () =>
    new CookieSessionStore(Secrets.from(secret, { source: 'secret of signInCookie', isProduction: false }), config);
  const manager = SessionManager.over(store ?? sealed(), config);
  const cookies = new FakeCookieJar();
  const session = await manager.open(cookies);
  draftOf(session).signIn(user, Date.now());
  await manager.commit(session, cookies);
  return cookies.header;
}
