import { describe, expect, it } from '@jest/globals';
import { SessionConfig } from '../../lib/session/session-config.js';
import { roomOf, SessionCookie } from '../../lib/session/session-cookie.js';
import { FakeCookieJar } from '../support/fake-cookie-jar.js';

const NAMES = ['sid', 'sid.1', 'sid.2'];
const FULL = 4096 - 'sid.2'.length;
const options = { cookie: { name: 'sid', path: '/app', chunks: true } };
const config = SessionConfig.from(options, { isProduction: false });
const cookie = new SessionCookie(config);

/** A token without a part that is like another. */
function tokenOf(length: number, from = 0): string {
  return Array.from({ length: Math.ceil(length / 8) }, (_, at) => String(at + from).padStart(8, '0'))
    .join('')
    .slice(0, length);
}

function jarOf(...values: string[][]): FakeCookieJar {
  return new FakeCookieJar(new Map(values.map((each, at) => [NAMES[at] ?? '', each])));
}

/** The browser after an answer with this token. */
function keeping(token: string, jar = new FakeCookieJar()): FakeCookieJar {
  cookie.set(jar, token, 60);
  return jar.next();
}

const lengthsIn = (jar: FakeCookieJar) => NAMES.flatMap((name) => jar.values(name).map(({ length }) => length));

describe('A token', () => {
  it.each([
    [1, [1]],
    [FULL, [FULL]],
    [FULL + 1, [FULL, 1]],
    [2 * FULL, [FULL, FULL]],
    [3 * FULL, [FULL, FULL, FULL]],
  ])(
    'of %i characters is cut into cookies of %j, none larger than browsers keep, and put together',
    (length, expected) => {
      const jar = keeping(tokenOf(length));
      expect(lengthsIn(jar)).toEqual(expected);
      expect(cookie.tokens(jar)).toEqual([tokenOf(length)]);
      expect(Math.max(...expected) + 'sid.2'.length).toBeLessThanOrEqual(4096);
    },
  );

  it('has the same attributes in all of its cookies, and when they are removed', () => {
    const jar = new FakeCookieJar();
    cookie.set(jar, tokenOf(3 * FULL), 60);
    expect(NAMES.map((name) => jar.answered(name)?.attributes)).toEqual(
      Array(3).fill({ ...config.cookie, maxAge: 60 }),
    );
    const next = jar.next();
    cookie.remove(next);
    const removed = { value: '', attributes: { ...config.cookie, maxAge: 0 } };
    expect(NAMES.map((name) => next.answered(name))).toEqual(Array(3).fill(removed));
    expect(cookie.isCarried(next.next())).toBe(false);
  });

  it('that is shorter leaves nothing behind', () => {
    const long = keeping(tokenOf(3 * FULL));
    const shorter = keeping(tokenOf(FULL + 1), long);
    expect(lengthsIn(shorter)).toEqual([FULL, 1]);
    expect(lengthsIn(keeping('short', shorter))).toEqual([5]);
  });

  it('is not taken for longer than it is by what an older one left behind', () => {
    expect(cookie.tokens(jarOf(['short'], ['old'], ['older']))).toEqual(['short']);
    const [first = '', second = ''] = [tokenOf(FULL), 'end'];
    expect(cookie.tokens(jarOf([first], [second], ['old']))).toEqual([first + second]);
  });

  it('is in one cookie where nothing else was asked for', () => {
    const plain = new SessionCookie(SessionConfig.from({ cookie: { name: 'sid' } }, { isProduction: false }));
    const jar = new FakeCookieJar();
    plain.set(jar, tokenOf(5000), 60);
    expect([jar.size, jar.answered('sid')?.value.length]).toEqual([1, 5000]);
    expect(plain.tokens(jarOf([tokenOf(FULL)], ['more']))).toEqual([tokenOf(FULL)]);
  });
});

describe('Cookies of several values', () => {
  it('are each a token of their own, as far as the first ones go', () => {
    expect(cookie.tokens(jarOf(['a', 'b'], ['c']))).toEqual(['a', 'b']);
    expect(cookie.tokens(jarOf(['a', tokenOf(FULL)], ['c']))).toEqual(['a', `${tokenOf(FULL)}c`]);
  });

  it('are not put together where nobody knows which is right', () => {
    expect(cookie.tokens(jarOf([tokenOf(FULL)], ['c', 'd']))).toEqual([tokenOf(FULL)]);
  });

  it('are removed when the first of them is lost', () => {
    const jar = jarOf([], ['c'], ['d']);
    expect(cookie.tokens(jar)).toEqual([]);
    expect(cookie.isCarried(jar)).toBe(true);
    cookie.remove(jar);
    expect(lengthsIn(jar.next())).toEqual([]);
  });
});

describe('The room for a session', () => {
  it('is what browsers keep of the cookies, less their names', () => {
    expect(roomOf(config)).toEqual({ bytes: 3 * 4096, forNames: 15 });
    const one = SessionConfig.from({}, { isProduction: true });
    expect(roomOf(one)).toEqual({ bytes: 4096, forNames: '__Host-gatehouse'.length });
  });
});
