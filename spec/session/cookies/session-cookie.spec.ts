import { describe, expect, it } from '@jest/globals';
import { roomOf, SessionCookie } from '../../../lib/session/cookies/session-cookie.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';

const NAMES = ['sid', 'sid.1', 'sid.2'];
const FULL = 4096 - 'sid.2'.length;
const options = { cookie: { name: 'sid', path: '/app', chunks: true } };
const config = SessionConfig.from(options, { isProduction: false });
const cookie = new SessionCookie(config);

/** Returns a token in which no two parts are equal. */
function tokenOf(length: number, from = 0): string {
  return Array.from({ length: Math.ceil(length / 8) }, (_, at) => String(at + from).padStart(8, '0'))
    .join('')
    .slice(0, length);
}

function jarOf(...values: string[][]): FakeCookieJar {
  return new FakeCookieJar(new Map(values.map((each, at) => [NAMES[at] ?? '', each])));
}

/** Returns the cookies of a browser after a response with this token. */
function keeping(token: string, jar = new FakeCookieJar()): FakeCookieJar {
  cookie.set(jar, 'sid', token, 60);
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
  ])('of %i characters is split into cookies of %j characters, and joined again', (length, expected) => {
    const jar = keeping(tokenOf(length));
    expect(lengthsIn(jar)).toEqual(expected);
    expect(tokensIn(jar)).toEqual([tokenOf(length)]);
    expect(Math.max(...expected) + 'sid.2'.length).toBeLessThanOrEqual(4096);
  });

  it('has the same attributes in all of its cookies, also when they are removed', () => {
    const jar = new FakeCookieJar();
    cookie.set(jar, 'sid', tokenOf(3 * FULL), 60);
    expect(NAMES.map((name) => jar.answered(name)?.attributes)).toEqual(
      Array(3).fill({ ...config.cookie, maxAge: 60 }),
    );
    const next = jar.next();
    cookie.remove(next, 'sid');
    const removed = { value: '', attributes: { ...config.cookie, maxAge: 0 } };
    expect(NAMES.map((name) => next.answered(name))).toEqual(Array(3).fill(removed));
    expect(lengthsIn(next.next())).toEqual([]);
  });

  it('that is shorter than the previous one removes the parts left over', () => {
    const long = keeping(tokenOf(3 * FULL));
    const shorter = keeping(tokenOf(FULL + 1), long);
    expect(lengthsIn(shorter)).toEqual([FULL, 1]);
    expect(lengthsIn(keeping('short', shorter))).toEqual([5]);
  });

  it('is not extended by parts of an older one', () => {
    expect(tokensIn(jarOf(['short'], ['old'], ['older']))).toEqual(['short']);
    const [first = '', second = ''] = [tokenOf(FULL), 'end'];
    expect(tokensIn(jarOf([first], [second], ['old']))).toEqual([first + second]);
  });

  it('is stored in one cookie unless chunks are enabled', () => {
    const plain = new SessionCookie(SessionConfig.from({ cookie: { name: 'sid' } }, { isProduction: false }));
    const jar = new FakeCookieJar();
    plain.set(jar, 'sid', tokenOf(5000), 60);
    expect([jar.size, jar.answered('sid')?.value.length]).toEqual([1, 5000]);
    expect(plain.carried(jarOf([tokenOf(FULL)], ['more'])).map(({ token }) => token)).toEqual([tokenOf(FULL)]);
  });
});

describe('Cookies sent with several values', () => {
  it('are each read as a token of its own', () => {
    expect(tokensIn(jarOf(['a', 'b'], ['c']))).toEqual(['a', 'b']);
    expect(tokensIn(jarOf(['a', tokenOf(FULL)], ['c']))).toEqual(['a', `${tokenOf(FULL)}c`]);
  });

  it('are joined in the order in which they were sent', () => {
    const [long, longer] = [tokenOf(FULL + 9), tokenOf(3 * FULL, 9e6)];
    const parts = (token: string) => [0, 1, 2].map((at) => token.slice(at * FULL, (at + 1) * FULL));
    const [[a = '', b = ''], [c = '', d = '', e = '']] = [parts(long), parts(longer)];
    expect(tokensIn(jarOf([a, c, 'short'], [b, d], [e]))).toEqual([long, longer, 'short']);
  });

  it('are not joined when it is ambiguous which parts belong together', () => {
    expect(tokensIn(jarOf([tokenOf(FULL)], ['c', 'd']))).toEqual([tokenOf(FULL)]);
  });

  it('are ignored without their first part, and removed with the next token', () => {
    const jar = jarOf([], ['c'], ['d']);
    expect(tokensIn(jar)).toEqual([]);
    expect(lengthsIn(keeping('short', jar))).toEqual([5]);
  });
});

describe('A cookie under a former name', () => {
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

  it('is read after the current one', () => {
    expect(session.carried(both())).toEqual([
      { token: 'new', name: today },
      { token: 'old', name: former },
    ]);
  });

  it('is removed under its own name and replaced by one under the current name', () => {
    const jar = both();
    session.remove(jar, former, true);
    expect(jar.next().values(former)).toEqual([]);
    expect(jar.answered(former)?.attributes).toMatchObject({ path: '/', maxAge: 0 });
    const names = [former, `${former}~guest`, today, `${today}~guest`];
    const moved = [today, `${today}~guest`, today, `${today}~guest`];
    expect(names.map((name) => session.todayOf(name))).toEqual(moved);
  });
});

describe('Names of cookies', () => {
  const carried = [
    { token: 'own', name: 'a' },
    { token: 'strange', name: 'b' },
    { token: 'own too', name: 'b' },
  ];

  it('are returned by namesOf() when all their tokens are known', () => {
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

  it('are removed with the session, or before it is set, only when requested', () => {
    expect(places((jar) => cookie.remove(jar, 'sid', true), [['a']])).toEqual(['sid']);
    expect(places((jar) => cookie.set(jar, 'sid', 'b', 60, true), [['a', 'b'], ['c']])).toEqual(['sid', 'sid.1']);
    expect(places((jar) => cookie.set(jar, 'sid', 'b', 60), [['a', 'b']])).toEqual([]);
    expect(places((jar) => cookie.remove(jar, 'sid'), [['a', 'b']])).toEqual([]);
  });

  it('cannot exist for a __Host- cookie, so nothing is removed', () => {
    const host = SessionConfig.from({}, { isProduction: true });
    expect(places((jar) => new SessionCookie(host).remove(jar, host.cookieName, true), [['a']], host)).toEqual([]);
  });
});

describe('The room for a session in its cookies', () => {
  it('is 4096 bytes per cookie, from which the names are subtracted', () => {
    const marked = '~zzzzzzzz-zzzzzzzz'.length;
    expect(roomOf(config)).toEqual({ bytes: 3 * 4096, forNames: 3 * ('sid.2'.length + marked) });
    const one = SessionConfig.from({}, { isProduction: true });
    expect(roomOf(one)).toEqual({ bytes: 4096, forNames: '__Host-gatehouse'.length + marked });
  });
});

describe('The cookies of several sessions', () => {
  const lineage = { epoch: Date.UTC(2026, 0, 1), turn: 0 };
  const later = { ...lineage, turn: Date.UTC(2026, 0, 2) };

  it('have names that differ from session to session', () => {
    const names = [cookie.home, cookie.ofGuest, cookie.apart, cookie.of(lineage), cookie.of(later)];
    expect(names).toEqual(['sid', 'sid~guest', 'sid~apart', 'sid~mjuohs00', 'sid~mjuohs00-mjw3xmo0']);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are joined and removed separately for each session', () => {
    const jar = new FakeCookieJar();
    cookie.set(jar, cookie.home, tokenOf(FULL + 1), 60);
    cookie.set(jar, cookie.of(later), tokenOf(9000, 7), 60);
    const next = jar.next();
    expect(cookie.carried(next)).toEqual([
      { name: cookie.of(later), token: tokenOf(9000, 7) },
      { name: 'sid', token: tokenOf(FULL + 1) },
    ]);
    cookie.remove(next, cookie.of(later));
    expect(cookie.carried(next.next())).toEqual([{ name: 'sid', token: tokenOf(FULL + 1) }]);
    expect(next.next().named('sid', '~')).toHaveLength(1);
  });

  it('are read from the latest to the earliest', () => {
    const names = [
      'sid~apart',
      'sid',
      cookie.of(lineage),
      cookie.of({ epoch: 0, turn: lineage.epoch }),
      cookie.of(later),
    ];
    const jar = new FakeCookieJar(new Map(names.map((name) => [name, ['x']])));
    const order = [
      cookie.of(later),
      cookie.of(lineage),
      cookie.of({ epoch: 0, turn: lineage.epoch }),
      'sid~apart',
      'sid',
    ];
    expect(cookie.carried(jar).map(({ name }) => name)).toEqual(order);
  });

  it('do not include cookies of other applications with similar names', () => {
    const others = ['sid-view-as', 'sid.1', 'side', 'sid~x.1', 'sid~A', 'sid~', 'other'];
    const jar = new FakeCookieJar(new Map(others.map((name) => [name, ['x']])));
    expect(cookie.carried(jar)).toEqual([]);
  });
});
