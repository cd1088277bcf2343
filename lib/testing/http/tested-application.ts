import { Secrets } from '../../session/cookies/secrets.js';
import { SessionManager } from '../../session/manager/session-manager.js';
import { SessionConfig, type SessionOptions } from '../../session/session-config.js';
import { CookieSessionStore } from '../../session/stores/cookie-session-store.js';
import type { SessionStore } from '../../session/stores/session-store.js';

/** Matches a default cookie name with the id of an application. */
const OWN_NAME = /^(?:__(?:Host|Secure)-)?gatehouse-([A-Za-z0-9]+)/;

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
 * @param names The cookies of the browser: the default name of the application's cookie ends with an id, which is read there.
 * @throws {MissingSecretError} Without a secret, when the session is in the cookie.
 */
export function managerOf(
  { secret, session: options, store, isBuilt = true }: TestedApplication,
  helper: string,
  names: Iterable<string> = [],
): SessionManager {
  const [applicationId] = [...names].flatMap((name) => OWN_NAME.exec(name)?.[1] ?? []);
  const config = SessionConfig.from(options, { isProduction: isBuilt, applicationId });
  const sealed = () =>
    new CookieSessionStore(Secrets.from(secret, { source: `secret of ${helper}`, isProduction: false }), config);
  return SessionManager.over(store ?? sealed(), config);
}
