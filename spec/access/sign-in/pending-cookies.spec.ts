import { describe, expect, it } from '@jest/globals';
import { isState, PendingCookies } from '../../../lib/access/sign-in/pending-cookies.js';
import { SessionConfig, type SessionOptions } from '../../../lib/session/session-config.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';

const configOf = (options: SessionOptions = {}, isProduction = true, applicationId?: string) =>
  SessionConfig.from(options, { isProduction, applicationId });
const cookies = new PendingCookies(configOf());
const REDIRECTED = { maxAge: 600, isPosted: false };
const POSTED = { maxAge: 600, isPosted: true };
const NAME = '__Host-gatehouse-sign-in~';

/** The next request of the browser, after an attempt whose value is the time at which it began. */
async function nextAfter(
  jar: FakeCookieJar,
  value: string,
  how = REDIRECTED,
  cookie = cookies,
): Promise<FakeCookieJar> {
  const carried = await cookie.carried(jar, begunAt);
  cookie.put(jar, cookie.slotBeside(carried), value, how, carried);
  return jar.next();
}
const begunAt = async (value: string) => (value.startsWith('over') ? undefined : Number(value.split('-')[0]));

describe('The cookies of pending sign-ins', () => {
  it('are of this host alone, whatever the session has as path and domain', () => {
    const wide = new PendingCookies(configOf({ cookie: { name: 'sid', domain: 'site.example', path: '/app' } }));
    const jar = new FakeCookieJar();
    wide.put(jar, 'a', '1', REDIRECTED, []);
    expect(jar.answered('__Host-sid-sign-in~a')?.attributes).toEqual({
      ...{ path: '/', domain: undefined, httpOnly: true, sameSite: 'lax', secure: true, maxAge: 600 },
    });
  });

  it('can be sent with a form of the provider where that is asked for, and then need TLS everywhere', () => {
    const insecure = new PendingCookies(configOf({ cookie: { secure: false } }));
    const jar = new FakeCookieJar();
    insecure.put(jar, 'a', '1', REDIRECTED, []);
    insecure.put(jar, 'b', '2', POSTED, []);
    expect(jar.answered('gatehouse-sign-in~a')?.attributes).toMatchObject({ sameSite: 'lax', secure: false });
    expect(jar.answered(`${NAME}b`)?.attributes).toMatchObject({ sameSite: 'none', secure: true });
    const next = jar.next();
    expect(insecure.valuesFor('b…', next)).toEqual([{ name: `${NAME}b`, value: '2' }]);
    expect(insecure.namedIn(next)).toHaveLength(2);
    insecure.remove(next, `${NAME}b`);
    expect(next.answered(`${NAME}b`)?.attributes).toMatchObject({ secure: true, maxAge: 0 });
  });

  it('are partitioned like that of the session, and sent to frames of other sites where it is', () => {
    const embedded = { sameSite: 'none', secure: true } as const;
    for (const cookie of [embedded, { ...embedded, partitioned: true }]) {
      const jar = new FakeCookieJar();
      const pending = new PendingCookies(configOf({ cookie }));
      for (const [slot, how] of [
        ['a', REDIRECTED],
        ['b', POSTED],
      ] as const) {
        pending.put(jar, slot, '1', how, []);
        expect(jar.answered(NAME + slot)?.attributes).toEqual({
          ...{ path: '/', domain: undefined, httpOnly: true, maxAge: 600, partitioned: undefined, ...cookie },
        });
      }
      pending.remove(jar, `${NAME}a`);
      expect(jar.answered(`${NAME}a`)?.attributes).toMatchObject({ ...cookie, maxAge: 0 });
    }
  });

  it('differ between the applications of a host, as those of sessions do', () => {
    const [one, other] = ['a1b2c3', 'd4e5f6'].map((id) => new PendingCookies(configOf({}, false, id)));
    expect(one?.purpose).toBe('sign-in:gatehouse-a1b2c3-sign-in');
    expect(other?.purpose).not.toBe(one?.purpose);
  });

  it('have a slot for each of eight attempts, and give that of the first one away', async () => {
    let jar = new FakeCookieJar();
    for (let count = 1; count <= 8; count++) jar = await nextAfter(jar, `${count}-x`);
    expect(
      jar.names
        .map((name) => name.slice(-1))
        .sort()
        .join(''),
    ).toBe('abcdefgh');
    jar = await nextAfter(jar, '9-x');
    expect([...jar.tokens].sort()).toEqual(['2-x', '3-x', '4-x', '5-x', '6-x', '7-x', '8-x', '9-x']);
  });

  it('give away the slot of an attempt that is over first, and remove it', async () => {
    let jar = new FakeCookieJar();
    for (const value of ['1-x', 'over', '2-x']) jar = await nextAfter(jar, value);
    expect(jar.tokens).not.toContain('over');
    for (let count = 3; count <= 7; count++) jar = await nextAfter(jar, `${count}-x`);
    expect(jar.tokens).toContain('1-x');
  });

  it('take no more than 4 KB together: the first attempts make room', async () => {
    let jar = new FakeCookieJar();
    for (let count = 1; count <= 6; count++) jar = await nextAfter(jar, `${count}-${'x'.repeat(1200)}`);
    expect(jar.tokens.map((value) => value[0]).sort()).toEqual(['4', '5', '6']);
  });

  it('leave the cookies of others alone', async () => {
    const theirs = new FakeCookieJar(
      new Map([
        [`${NAME}a.1`, ['1-x']],
        [`${NAME}z`, ['1-x']],
        ['__Host-gatehouse~a', ['1-x']],
      ]),
    );
    expect(cookies.namedIn(theirs)).toEqual([]);
    expect((await nextAfter(theirs, '2-x')).names).toHaveLength(4);
  });

  it.each(['', 'a', `i${'x'.repeat(43)}`, `a${'x'.repeat(42)}`, `a${'x'.repeat(44)}`, `a${'x'.repeat(42)}=`, 'a~'])(
    'are not looked for with the state %s',
    (state) => {
      expect(isState(state)).toBe(false);
    },
  );
});
