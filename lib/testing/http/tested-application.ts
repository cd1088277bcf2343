import { Secrets } from '../../session/cookies/secrets.js';
import { SessionManager } from '../../session/manager/session-manager.js';
import { SessionConfig, type SessionOptions } from '../../session/session-config.js';
import { CookieSessionStore } from '../../session/stores/cookie-session-store.js';
import type { SessionStore } from '../../session/stores/session-store.js';

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
 * Creates a manager that reads and writes the sessions of an application.
 *
 * @param helper The function that a test called, for errors.
 * @throws {MissingSecretError} Without a secret, when the session is in the cookie.
 */
export function managerOf(
  { secret, session: options, store, isBuilt = true }: TestedApplication,
  helper: string,
): SessionManager {
  const config = SessionConfig.from(options, { isProduction: isBuilt });
  const sealed = () =>
    new CookieSessionStore(Secrets.from(secret, { source: `secret of ${helper}`, isProduction: false }), config);
  return SessionManager.over(store ?? sealed(), config);
}
