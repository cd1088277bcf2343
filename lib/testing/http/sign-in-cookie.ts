import type { VisitorData } from '../../access/visitor.js';
import { sessionCookie } from './session-cookie.js';
import type { TestedApplication } from './tested-application.js';

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
export function signInCookie(application: TestedApplication, user: VisitorData): Promise<string> {
  return sessionCookie(application, { user }, 'signInCookie');
}
