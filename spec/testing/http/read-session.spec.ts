import { describe, expect, it } from '@jest/globals';
import { Clock } from '../../../lib/base/clock.js';
import {
  InvalidSessionValueError,
  InvalidVisitorError,
  MissingSecretError,
  StoreUnavailableError,
} from '../../../lib/errors/index.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { readSession, sessionCookie, signInCookie, type TestedApplication } from '../../../lib/testing/index.js';
import { SECRET } from '../../support/secret.js';

const inMemory = () => new MemorySessionStore(SessionConfig.from({}, { isProduction: true }), new Clock());
const answer = (...cookies: string[]) => ({
  headers: new Headers(cookies.map((line): [string, string] => ['set-cookie', line])),
});

describe.each<[string, () => TestedApplication]>([
  ['the cookie', () => ({ secret: SECRET })],
  ['a store that it shares', () => ({ store: inMemory() })],
])('The session of a test, in %s,', (_, make) => {
  it('has the values and messages that the test gave it, in their order, and reading changes nothing', async () => {
    const application = make();
    const cookie = await sessionCookie(application, {
      values: { cart: ['tea'], since: new Date(0) },
      flashes: { notice: ['Saved', 'Mailed'], error: { text: 'Wrong' } },
    });
    const found = {
      values: { cart: ['tea'], since: new Date(0) },
      flashes: { notice: ['Saved', 'Mailed'], error: [{ text: 'Wrong' }] },
      cookie,
    };
    expect(await readSession(application, answer(), cookie)).toEqual(found);
    expect(await readSession(application, answer(`${cookie}; Path=/; HttpOnly`))).toEqual(found);
  });

  it('may be that of a signed-in user', async () => {
    const application = make();
    const cookie = await sessionCookie(application, { user: { userId: 'ada' }, values: { theme: 'dark' } });
    expect((await readSession(application, answer(), cookie))?.values).toEqual({ userId: 'ada', theme: 'dark' });
    const plain = await signInCookie(application, { userId: 'ada' });
    expect((await readSession(application, answer(), plain))?.values).toEqual({ userId: 'ada' });
  });

  it('is none without a cookie, after an answer that removes it, and with one of another application', async () => {
    const application = make();
    const cookie = await sessionCookie(application, { values: { cart: 1 } });
    const [name = ''] = cookie.split('=');
    expect(await readSession(application, answer())).toBeUndefined();
    expect(await readSession(application, answer(`${name}=; Max-Age=0`), cookie)).toBeUndefined();
    expect(
      await readSession(application, answer(`${name}=; Expires=${new Date(0).toUTCString()}`), cookie),
    ).toBeUndefined();
    expect(await readSession(application, answer(`${name}=forged`))).toBeUndefined();
    expect(await sessionCookie(application, {})).toBe('');
  });
});

describe('The session of a test', () => {
  it('goes on in the cookie of the answer, with the other cookies of the browser', async () => {
    const [before, after] = [
      await sessionCookie({ secret: SECRET }, { values: { cart: 1 } }),
      await sessionCookie({ secret: SECRET }, { values: { cart: 2 } }),
    ];
    const read = await readSession({ secret: SECRET }, answer(`${after}; Max-Age=60`), `theme=dark; ${before}`);
    expect([read?.values, read?.cookie]).toEqual([{ cart: 2 }, `theme=dark; ${after}`]);
  });

  it('is neither created nor read when something is wrong with the call, or the store is down', async () => {
    await expect(sessionCookie({ secret: SECRET }, { user: { userId: '' } })).rejects.toThrow(InvalidVisitorError);
    await expect(sessionCookie({ secret: SECRET }, { values: { a: () => {} } })).rejects.toThrow(
      InvalidSessionValueError,
    );
    await expect(sessionCookie({}, {})).rejects.toThrow(/secret of sessionCookie/);
    await expect(readSession({}, answer())).rejects.toThrow(MissingSecretError);
    const store = inMemory();
    const cookie = await sessionCookie({ store }, { values: { cart: 1 } });
    store.read = () => Promise.reject(new Error('down'));
    await expect(readSession({ store }, answer(), cookie)).rejects.toThrow(StoreUnavailableError);
  });
});
