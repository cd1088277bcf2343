import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../lib/errors/index.js';
import { SessionConfig, type SessionOptions } from '../../lib/session/session-config.js';
import { recordOf } from '../support/records.js';

const PRODUCTION = { isProduction: true };
const DEVELOPMENT = { isProduction: false };
const DAY = 24 * 60 * 60;

function problemsOf(options: SessionOptions, surroundings = PRODUCTION): readonly string[] {
  try {
    SessionConfig.from(options, surroundings);
    return [];
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
}

describe('Omitted session options', () => {
  it('default to 7 days idle, 30 days in total, and renewal after 1 day', () => {
    const config = SessionConfig.from(undefined, PRODUCTION);
    expect(config.idleTimeout).toBe(7 * DAY * 1000);
    expect(config.absoluteTimeout).toBe(30 * DAY * 1000);
    expect(config.renewAfter).toBe(DAY * 1000);
  });

  it('default to values that fit the given timeouts', () => {
    const short = SessionConfig.from({ idleTimeout: 700 }, PRODUCTION);
    const long = SessionConfig.from({ idleTimeout: 90 * DAY }, PRODUCTION);
    expect(short.renewAfter).toBe(100_000);
    expect(short.absoluteTimeout).toBe(30 * DAY * 1000);
    expect(long.absoluteTimeout).toBe(90 * DAY * 1000);
    expect(long.renewAfter).toBe(DAY * 1000);
  });

  it('default to a cookie that scripts and other sites cannot use', () => {
    const { cookieName, cookie } = SessionConfig.from({}, PRODUCTION);
    expect(cookieName).toBe('__Host-gatehouse');
    expect(cookie).toEqual({ path: '/', domain: undefined, sameSite: 'lax', secure: true, httpOnly: true });
  });

  it('default to a cookie that works without TLS in development', () => {
    const { cookieName, cookie } = SessionConfig.from({}, DEVELOPMENT);
    expect(cookieName).toBe('gatehouse');
    expect(cookie).toMatchObject({ secure: false, httpOnly: true });
  });

  it('result in a cookie configuration that cannot be changed', () => {
    const { cookie } = SessionConfig.from({}, PRODUCTION);
    expect(() => Object.assign(cookie, { httpOnly: false })).toThrow(TypeError);
  });
});

describe('The name of the session cookie', () => {
  it.each([
    ['secure, for this host and path "/"', { secure: true }, '__Host-sid'],
    ['secure, below a path', { secure: true, path: '/app' }, '__Secure-sid'],
    ['secure, for a domain', { secure: true, domain: 'example.com' }, '__Secure-sid'],
    ['not secure', { secure: false }, 'sid'],
    ['prefixed with __Host- already', { secure: true, name: '__Host-sid' }, '__Host-sid'],
    ['prefixed with __Secure- already', { secure: true, name: '__Secure-sid' }, '__Secure-sid'],
  ])('has the strongest valid prefix when the cookie is %s', (_, cookie, name) => {
    expect(SessionConfig.from({ cookie: { name: 'sid', ...cookie } }, DEVELOPMENT).cookieName).toBe(name);
  });

  it('gets no prefix when isByHand is set', () => {
    const config = SessionConfig.from({ cookie: { name: 'sid' } }, { isProduction: true, isByHand: true });
    expect(config.cookieName).toBe('sid');
  });
});

describe('Session timeouts', () => {
  it('are rejected when idleTimeout is longer than absoluteTimeout', () => {
    expect(problemsOf({ idleTimeout: 3600, absoluteTimeout: 1800 })).toEqual([
      expect.stringContaining('session.idleTimeout (3600 s) is longer than session.absoluteTimeout (1800 s)'),
    ]);
  });

  it('are rejected when renewAfter is not shorter than idleTimeout', () => {
    expect(problemsOf({ idleTimeout: 600, renewAfter: 600 })).toEqual([
      expect.stringContaining('session.renewAfter (600 s) must be shorter than session.idleTimeout (600 s)'),
    ]);
  });

  it('are accepted when they are exactly at these limits', () => {
    expect(problemsOf({ idleTimeout: 600, absoluteTimeout: 600, renewAfter: 599 })).toEqual([]);
  });

  it.each([
    ['zero', 0],
    ['negative', -1],
    ['NaN', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
  ])('are rejected when one is %s', (_, seconds) => {
    expect(problemsOf({ idleTimeout: seconds }).join()).toContain('session.idleTimeout must be');
    expect(problemsOf({ absoluteTimeout: seconds }).join()).toContain('session.absoluteTimeout must be');
    expect(problemsOf({ renewAfter: seconds }).join()).toContain('session.renewAfter must be');
  });
});

describe('A session cookie', () => {
  it.each([
    ['an empty name', { name: '' }, 'session.cookie.name'],
    ['a name with a space', { name: 'my session' }, 'session.cookie.name'],
    ['a name with "="', { name: 'a=b' }, 'session.cookie.name'],
    ['a name with ";"', { name: 'a;b' }, 'session.cookie.name'],
    ['a name with a line break at its end', { name: 'sid\n' }, 'session.cookie.name'],
    ['a name with CR and LF', { name: 'a\r\nSet-Cookie: b' }, 'session.cookie.name'],
    ['a name with NUL', { name: 'a\0b' }, 'session.cookie.name'],
    ['a non-ASCII name', { name: 'sëssion' }, 'session.cookie.name'],
    ['an empty path', { path: '' }, 'session.cookie.path'],
    ['a relative path', { path: 'app' }, 'session.cookie.path'],
    ['a path with ";"', { path: '/; Domain=evil.example' }, 'session.cookie.path'],
    ['a path with CR and LF', { path: '/\r\nSet-Cookie: b' }, 'session.cookie.path'],
    ['a path with LF at its end', { path: '/\n' }, 'session.cookie.path'],
    ['a path with NUL', { path: '/\0' }, 'session.cookie.path'],
    ['a non-ASCII path', { path: '/caf\u00e9' }, 'session.cookie.path'],
    ['a path with a tab', { path: '/a\tb' }, 'session.cookie.path'],
    ['a path with DEL', { path: '/\x7f' }, 'session.cookie.path'],
    ['a non-ASCII domain', { domain: 'caf\u00e9.example' }, 'session.cookie.domain'],
    ['a domain of numbers', { domain: '127.0.0.1' }, 'session.cookie.domain'],
    ['an empty domain', { domain: '' }, 'session.cookie.domain'],
    ['a domain of a dot alone', { domain: '.' }, 'session.cookie.domain'],
    ['a domain with ";"', { domain: 'a.example; Secure' }, 'session.cookie.domain'],
    ['a domain with CR and LF', { domain: 'a.example\r\nX: b' }, 'session.cookie.domain'],
    ['a domain with LF at its end', { domain: 'a.example\n' }, 'session.cookie.domain'],
    ['a domain with NUL', { domain: 'a\0.example' }, 'session.cookie.domain'],
    ['a domain with a port', { domain: 'a.example:80' }, 'session.cookie.domain'],
  ])('with %s is rejected', (_, cookie, option) => {
    expect(problemsOf({ cookie })).toEqual([expect.stringContaining(option)]);
  });

  it.each([
    ['SameSite none over plain HTTP', { sameSite: 'none', secure: false }, 'sameSite "none" is ignored'],
    ['partitioned, SameSite lax', { partitioned: true }, "set session.cookie.sameSite to 'none'"],
    ['partitioned, SameSite strict', { partitioned: true, sameSite: 'strict' }, 'with sameSite "strict"'],
    [
      'partitioned over plain HTTP',
      { partitioned: true, sameSite: 'none', secure: false },
      'session.cookie.partitioned is ignored by browsers unless session.cookie.secure is true',
    ],
    ['__Host- over plain HTTP', { name: '__Host-a', secure: false }, 'begins with "__Host-"'],
    ['__Host- below a path', { name: '__Host-a', path: '/app' }, 'begins with "__Host-"'],
    ['__Host- for a domain', { name: '__Host-a', domain: 'a.example' }, 'begins with "__Host-"'],
    ['__Secure- over plain HTTP', { name: '__Secure-a', secure: false }, 'begins with "__Secure-"'],
    // Browsers compare the prefixes without regard to case (RFC 6265bis 5.4).
    ['__host- over plain HTTP', { name: '__host-a', secure: false }, 'begins with "__Host-"'],
    ['__SECURE- over plain HTTP', { name: '__SECURE-a', secure: false }, 'begins with "__SECURE-"'],
    ['__Http- over plain HTTP', { name: '__Http-a', secure: false }, 'begins with "__Http-"'],
  ] as const)('that browsers would drop is rejected: %s', (_, cookie, reason) => {
    expect(problemsOf({ cookie })).toEqual([expect.stringContaining(reason)]);
  });

  it('may be sent to other sites when it is secure', () => {
    expect(SessionConfig.from({ cookie: { sameSite: 'none' } }, PRODUCTION).cookie.sameSite).toBe('none');
  });

  it('is partitioned where that is asked for, and keeps its prefix', () => {
    const partitioned = SessionConfig.from({ cookie: { sameSite: 'none', partitioned: true } }, PRODUCTION);
    expect([partitioned.cookieName, partitioned.cookie.partitioned]).toEqual(['__Host-gatehouse', true]);
    expect(SessionConfig.from({ cookie: { partitioned: false } }, PRODUCTION).cookie).not.toHaveProperty('partitioned');
  });

  it('is validated together with the timeouts in one error', () => {
    const problems = problemsOf({ idleTimeout: 20, absoluteTimeout: 10, cookie: { name: '', path: 'app' } });
    expect(problems).toHaveLength(3);
  });
});

describe('A remembered session', () => {
  const DAY = 24 * 60 * 60;
  const times = (options: SessionOptions) => {
    const { idleTimeout, absoluteTimeout } = SessionConfig.from(options, PRODUCTION).rememberMe;
    return [idleTimeout / 1000 / DAY, absoluteTimeout / 1000 / DAY];
  };

  it('defaults to 30 days idle and 180 days in total, and never to less than other sessions', () => {
    expect(times({})).toEqual([30, 180]);
    expect(times({ idleTimeout: 60 * DAY, absoluteTimeout: 365 * DAY })).toEqual([60, 365]);
    expect(times({ rememberMe: { idleTimeout: 90 * DAY } })).toEqual([90, 180]);
    expect(times({ rememberMe: { idleTimeout: 400 * DAY } })).toEqual([400, 400]);
    expect(times({ rememberMe: { absoluteTimeout: 40 * DAY } })).toEqual([30, 40]);
  });

  it('must have an idleTimeout shorter than its absoluteTimeout and longer than renewAfter', () => {
    const rememberMe = { idleTimeout: 3, absoluteTimeout: 2 };
    expect(problemsOf({ renewAfter: 1, rememberMe })).toEqual([
      expect.stringContaining('session.rememberMe.idleTimeout (3 s)'),
    ]);
    expect(problemsOf({ rememberMe: { idleTimeout: -1 } })).toHaveLength(1);
    expect(problemsOf({ renewAfter: 60, rememberMe: { idleTimeout: 60 } })).toEqual([
      expect.stringContaining('session.renewAfter (60 s) must be shorter than session.rememberMe.idleTimeout (60 s)'),
    ]);
  });

  it('expires by its own timeouts, counted from its creation and from its last request', () => {
    const config = SessionConfig.from({}, PRODUCTION);
    const record = { createdAt: 0, renewedAt: 0, expiresAt: Number.MAX_SAFE_INTEGER };
    const days = (count: number) => count * DAY * 1000;
    expect([config.isLive(record, days(8) - 1), config.isLive(record, days(8))]).toEqual([true, false]);
    const remembered = { ...record, isRemembered: true };
    expect([config.isLive(remembered, days(31) - 1), config.isLive(remembered, days(31))]).toEqual([true, false]);
    const inUse = { ...remembered, renewedAt: days(179) };
    expect([config.isLive(inUse, days(180) - 1), config.isLive(inUse, days(180))]).toEqual([true, false]);
    const shorter = { ...record, expiresAt: days(1) };
    expect([config.isLive(shorter, days(1) - 1), config.isLive(shorter, days(1))]).toEqual([true, false]);
    expect(config.longestLife).toBe(days(180));
  });
});

describe('A session that is only remembered', () => {
  const config = SessionConfig.from({}, PRODUCTION);
  const days = (count: number) => count * DAY * 1000;
  const record = recordOf({ createdAt: 0, renewedAt: 0, isRemembered: true });
  const isOnly = (parts: object, now: number) => config.isOnlyRemembered({ ...record, ...parts }, now);

  it('is one that would have ended if its visitor had not asked, from then on', () => {
    expect([isOnly({}, days(8) - 1), isOnly({}, days(8))]).toEqual([false, true]);
    expect(isOnly({ renewedAt: days(9) }, days(9))).toBe(false);
    expect(isOnly({ renewedAt: days(9), isOnlyRemembered: true }, days(9))).toBe(true);
    expect([isOnly({ renewedAt: days(29) }, days(30) - 1), isOnly({ renewedAt: days(29) }, days(30))]).toEqual([
      false,
      true,
    ]);
  });

  it('is none whose visitor did not ask', () => {
    expect(isOnly({ isRemembered: undefined, isOnlyRemembered: true }, days(100))).toBe(false);
  });
});

describe('A session with timeouts of its own', () => {
  const config = SessionConfig.from({}, PRODUCTION);
  const record = { createdAt: 0, renewedAt: 0, expiresAt: Number.MAX_SAFE_INTEGER };
  const lifetime = { idleTimeout: 300_000, absoluteTimeout: 3_600_000 };

  it('expires by these, and is renewed at least once in a seventh of its idle timeout', () => {
    expect(config.expiryOf({ ...record, lifetime }, 0)).toBe(300_000 + Math.floor(300_000 / 7));
    expect(config.expiryOf({ ...record, lifetime }, 3_500_000)).toBe(3_600_000);
    expect(config.renewAfterOf({ lifetime: { idleTimeout: 90 * DAY * 1000 } })).toBe(config.renewAfter);
  });

  it('has the configured time where its sign-in set none', () => {
    expect(config.lifetimeOf({ lifetime: { absoluteTimeout: 60 } })).toEqual({
      idleTimeout: config.idleTimeout,
      absoluteTimeout: 60,
    });
    expect(config.lifetimeOf({ isRemembered: true, lifetime: { idleTimeout: 60 } })).toEqual({
      idleTimeout: 60,
      absoluteTimeout: config.rememberMe.absoluteTimeout,
    });
    expect(config.renewAfterOf({ lifetime: { absoluteTimeout: 60 } })).toBe(config.renewAfter);
  });

  it('is due for renewal by its own interval', () => {
    const opened = recordOf({ ...record, expiresAt: config.expiryOf({ ...record, lifetime }, 0), lifetime });
    expect(config.isDueForRenewal(opened, 42_856)).toBe(false);
    expect(config.isDueForRenewal(opened, 42_857)).toBe(true);
  });

  it('never lives longer than the options of today allow', () => {
    const shorter = SessionConfig.from(
      { idleTimeout: 60, absoluteTimeout: 60, rememberMe: { idleTimeout: 100, absoluteTimeout: 100 } },
      PRODUCTION,
    );
    expect(shorter.isLive({ ...record, lifetime }, 99_999)).toBe(true);
    expect(shorter.isLive({ ...record, lifetime }, 100_000)).toBe(false);
  });
});

describe('The option endsWithBrowser', () => {
  it('is off by default, and leaves remembered sessions alone', () => {
    expect(SessionConfig.from({}, PRODUCTION).hasLastingCookie({})).toBe(true);
    const config = SessionConfig.from({ endsWithBrowser: true }, PRODUCTION);
    expect(config.hasLastingCookie({})).toBe(false);
    expect(config.hasLastingCookie({ isRemembered: true })).toBe(true);
  });
});
