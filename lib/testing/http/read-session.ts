import { parseCookie, parseSetCookie } from 'cookie';
import { draftOf } from '../../session/session.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import { managerOf, type TestedApplication } from './tested-application.js';

/** A session as a test reads it. */
export interface TestedSession {
  /** Its values by key, those of a signed-in user included: `userId`, `role` and others. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The messages that wait for the next page, by key: an array of all under the key, the oldest first. */
  readonly flashes: Readonly<Record<string, readonly unknown[]>>;
  /** The Cookie header of the browser's next request. */
  readonly cookie: string;
}

/**
 * Reads the session that a browser has after an answer. Reading changes nothing: the messages still wait.
 *
 * @param application The session configuration of the application under test.
 * @param answer The answer. Its redirect must not have been followed: `fetch(url, { redirect: 'manual' })`.
 * @param sent The Cookie header of the request, if it had one: an answer that does not change the cookie sets none.
 * @returns `undefined` when the browser has no session: it has none yet, or the answer ended it.
 * @throws {StoreUnavailableError} When the store cannot be read.
 * @throws {MissingSecretError} Without a secret, when the session is in the cookie.
 * @example
 * const answer = await fetch(`${origin}/api/save`, { method: 'POST', headers: { cookie, origin }, redirect: 'manual' });
 * const session = await readSession({ secret }, answer, cookie);
 * assert.deepEqual(session?.flashes.notice, ['Saved']);
 */
export async function readSession(
  application: TestedApplication,
  answer: Pick<Response, 'headers'>,
  sent = '',
): Promise<TestedSession | undefined> {
  const cookies = cookiesAfter(answer, sent);
  const jar = new FakeCookieJar(new Map([...cookies].map(([name, value]) => [name, [value]])));
  const session = await managerOf(application, 'readSession', cookies.keys()).open(jar);
  const { failure, flashes } = draftOf(session);
  if (failure) throw failure;
  if (session.isNew) return undefined;
  const waiting = flashes.keys().map((key) => [key, session.flashes.getAll<unknown>(key)] as const);
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { values: session.all(), flashes: Object.fromEntries(waiting), cookie };
}

/** Returns the cookies of a browser after an answer. */
function cookiesAfter({ headers }: Pick<Response, 'headers'>, sent: string): ReadonlyMap<string, string> {
  const raw = { decode: (value: string) => value };
  const cookies = new Map(Object.entries(parseCookie(sent, raw)).map(([name, value = '']) => [name, value]));
  for (const line of headers.getSetCookie()) {
    const { name, value = '', maxAge = 1, expires } = parseSetCookie(line, raw);
    const isRemoved = maxAge <= 0 || (expires !== undefined && expires.getTime() <= Date.now());
    if (isRemoved) cookies.delete(name);
    else cookies.set(name, value);
  }
  return cookies;
}
