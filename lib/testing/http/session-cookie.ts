import type { VisitorData } from '../../access/visitor.js';
import { assertVisitorData } from '../../access/visitor.js';
import { draftOf } from '../../session/session.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import { managerOf, type TestedApplication } from './tested-application.js';

/** What a session holds when a test begins. */
export interface SessionParts {
  /** The signed-in user. Default: a guest. */
  user?: VisitorData | undefined;
  /** Values by key. */
  values?: Readonly<Record<string, unknown>> | undefined;
  /** Waiting messages by key; an array leaves several messages. */
  flashes?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Creates a session with values and messages, of a guest or a signed-in user, without the pages that would have left
 * them there.
 *
 * @param application The session configuration of the application under test.
 * @param parts What the session holds.
 * @param helper The function that the test called, for errors.
 * @returns A Cookie header for the requests of a test. An empty session has no cookie: `''`.
 * @throws {InvalidVisitorError} When `user` is not valid.
 * @throws {InvalidSessionValueError} When a value or a message cannot be stored.
 * @throws {MissingSecretError} Without a secret, when the session is in the cookie.
 * @example
 * const cookie = await sessionCookie({ secret }, { values: { cart: ['tea'] }, flashes: { notice: 'Saved' } });
 * const page = await fetch('http://localhost:4321/cart', { headers: { cookie } });
 */
export async function sessionCookie(
  application: TestedApplication,
  { user, values = {}, flashes = {} }: SessionParts,
  helper = 'sessionCookie',
): Promise<string> {
  if (user) assertVisitorData(user);
  const manager = managerOf(application, helper);
  const cookies = new FakeCookieJar();
  const session = await manager.open(cookies);
  for (const [key, value] of Object.entries(values)) {
    // Otherwise a function would be called with the value before.
    session.set<string>(key, () => value);
  }
  for (const [key, given] of Object.entries(flashes)) {
    for (const message of Array.isArray(given) ? given : [given]) session.flashes.append(key, message);
  }
  if (user) draftOf(session).signIn(user, Date.now());
  await manager.commit(session, cookies);
  return cookies.header;
}
