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

const tokensIn = (jar: FakeCookieJar) => cookie.carried(jar).map(({ token }) => token);
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
      expect(tokensIn(jar)).toEqual([tokenOf(length)]);
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
    expect(lengthsIn(next.next())).toEqual([]);
  });

  it('that is shorter leaves nothing behind', () => {
    const long = keeping(tokenOf(3 * FULL));
    const shorter = keeping(tokenOf(FULL + 1), long);
    expect(lengthsIn(shorter)).toEqual([FULL, 1]);
    expect(lengthsIn(keeping('short', shorter))).toEqual([5]);
  });

  it('is not taken for longer than it is by what an older one left behind', () => {
    expect(tokensIn(jarOf(['short'], ['old'], ['older']))).toEqual(['short']);
    const [first = '', second = ''] = [tokenOf(FULL), 'end'];
    expect(tokensIn(jarOf([first], [second], ['old']))).toEqual([first + second]);
  });

  it('is in one cookie where nothing else was asked for', () => {
    const plain = new SessionCookie(SessionConfig.from({ cookie: { name: 'sid' } }, { isProduction: false }));
    const jar = new FakeCookieJar();
    plain.set(jar, tokenOf(5000), 60);
    expect([jar.size, jar.answered('sid')?.value.length]).toEqual([1, 5000]);
    expect(plain.carried(jarOf([tokenOf(FULL)], ['more'])).map(({ token }) => token)).toEqual([tokenOf(FULL)]);
  });
});

describe('Cookies of several values', () => {
  it('are each a token of their own, as far as the first ones go', () => {
    expect(tokensIn(jarOf(['a', 'b'], ['c']))).toEqual(['a', 'b']);
    expect(tokensIn(jarOf(['a', tokenOf(FULL)], ['c']))).toEqual(['a', `${tokenOf(FULL)}c`]);
  });

  it('are put together in the order in which they came', () => {
    const [long, longer] = [tokenOf(FULL + 9), tokenOf(3 * FULL, 9e6)];
    const parts = (token: string) => [0, 1, 2].map((at) => token.slice(at * FULL, (at + 1) * FULL));
    const [[a = '', b = ''], [c = '', d = '', e = '']] = [parts(long), parts(longer)];
    expect(tokensIn(jarOf([a, c, 'short'], [b, d], [e]))).toEqual([long, longer, 'short']);
  });

  it('are not put together where nobody knows which is right', () => {
    expect(tokensIn(jarOf([tokenOf(FULL)], ['c', 'd']))).toEqual([tokenOf(FULL)]);
  });

  it('without the first of them are none, and go with the next token', () => {
    const jar = jarOf([], ['c'], ['d']);
    expect(tokensIn(jar)).toEqual([]);
    expect(lengthsIn(keeping('short', jar))).toEqual([5]);
  });
});

describe('A cookie of a former name', () => {
  const moved = SessionConfig.from({}, { isProduction: true, applicationId: 'k3x9q2' });
  const [today, former] = [moved.cookieName, '__Host-gatehouse'];
  const session = new SessionCookie(moved);
  const both = () =>
    new FakeCookieJar(
      new Map([
        [former, ['old']],
        [today, ['new']],
      ]),
    );

  it('is read after the one of today', () => {
    expect(session.carried(both())).toEqual([
      { token: 'new', name: today },
      { token: 'old', name: former },
    ]);
  });

  it.each([
    ['when the token gets its new one', (jar: FakeCookieJar) => session.set(jar, 'newer', 60, [former])],
    ['when the session ends', (jar: FakeCookieJar) => session.remove(jar, [former])],
    ['when it is over', (jar: FakeCookieJar) => session.removeClaimed(jar, [former])],
  ])('is removed %s', (_, act) => {
    const jar = both();
    act(jar);
    expect(jar.next().values(former)).toEqual([]);
  });

  it('is left alone by everything where it is not known whose it is', () => {
    const jar = both();
    session.set(jar, 'newer', 60, [today]);
    session.remove(jar, [today]);
    session.removeClaimed(jar, []);
    expect(jar.next().values(former)).toEqual(['old']);
  });
});

describe('Names of cookies', () => {
  const carried = [
    { token: 'own', name: 'a' },
    { token: 'strange', name: 'b' },
    { token: 'own too', name: 'b' },
  ];

  it('are claimed where everything under them is known', () => {
    expect(cookie.namesOf(carried, (token) => token.startsWith('own'))).toEqual(['a']);
  });
});

describe('Cookies of other paths and domains', () => {
  const places = (act: (jar: FakeCookieJar) => void, carried: string[][], of = config) => {
    const names: string[] = [];
    const jar = new (class extends FakeCookieJar {
      override removeElsewhere(name: string): void {
        names.push(name);
      }
    })(new Map(carried.map((values, at) => [[of.cookieName, ...NAMES.slice(1)][at] ?? '', values])));
    act(jar);
    return names;
  };

  it('are removed with the session, when there are several, and when it becomes another user’s', () => {
    expect(places((jar) => cookie.remove(jar, ['sid']), [['a']])).toEqual(['sid']);
    expect(places((jar) => cookie.set(jar, 'b', 60, ['sid']), [['a', 'b'], ['c']])).toEqual(['sid', 'sid.1']);
    expect(places((jar) => cookie.set(jar, 'b', 60, ['sid'], true), [['a']])).toEqual(['sid']);
  });

  it('are left alone otherwise, and where they may be another application’s', () => {
    expect(places((jar) => cookie.set(jar, 'b', 60, ['sid']), [['a']])).toEqual([]);
    expect(places((jar) => cookie.set(jar, 'b', 60, []), [['a', 'b']])).toEqual([]);
    expect(places((jar) => cookie.remove(jar, []), [['a', 'b']])).toEqual([]);
  });

  it('are none of a host’s own cookie', () => {
    const host = SessionConfig.from({}, { isProduction: true });
    expect(places((jar) => new SessionCookie(host).remove(jar, [host.cookieName]), [['a']], host)).toEqual([]);
  });
});

describe('The room for a session', () => {
  it('is what browsers keep of the cookies, less their names', () => {
    expect(roomOf(config)).toEqual({ bytes: 3 * 4096, forNames: 15 });
    const one = SessionConfig.from({}, { isProduction: true });
    expect(roomOf(one)).toEqual({ bytes: 4096, forNames: '__Host-gatehouse'.length });
  });
});
