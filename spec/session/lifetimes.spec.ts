import { describe, expect, it } from '@jest/globals';
import { ownLifetime, ownLifetimeOf, ownLifetimeProblem } from '../../lib/session/lifetimes.js';
import { SessionConfig } from '../../lib/session/session-config.js';

const DAY = 24 * 60 * 60;
const config = SessionConfig.from({}, { isProduction: true });
const problemOf = (given: object, isRemembered = false) =>
  ownLifetimeProblem(given, config.lifetimeOf({ isRemembered }), config.longestLife);

describe('The times that a sign-in sets', () => {
  it.each([
    ['none', {}],
    ['both', { idleTimeout: 300, absoluteTimeout: 3600 }],
    ['an idle timeout as long as the configured absolute one', { idleTimeout: 30 * DAY }],
    ['an absolute timeout shorter than the configured idle one', { absoluteTimeout: 60 }],
    ['the longest life of any session', { absoluteTimeout: 180 * DAY }],
    ['a fraction of a second', { idleTimeout: 0.5 }],
  ])('may be %s', (_, given) => {
    expect(problemOf(given)).toBeUndefined();
  });

  it.each([
    [{ idleTimeout: 0 }, 'idleTimeout', 'a number of seconds greater than 0, not 0'],
    [{ absoluteTimeout: -1 }, 'absoluteTimeout', 'a number of seconds greater than 0, not -1'],
    [{ idleTimeout: Number.NaN }, 'idleTimeout', 'not NaN'],
    [{ absoluteTimeout: Number.POSITIVE_INFINITY }, 'absoluteTimeout', 'not Infinity'],
    [{ idleTimeout: '300' }, 'idleTimeout', "not '300'"],
    [{ idleTimeout: null }, 'idleTimeout', 'not null'],
    [
      { idleTimeout: 61, absoluteTimeout: 60 },
      'idleTimeout',
      'at most the absoluteTimeout of this sign-in, 60 seconds',
    ],
    [{ idleTimeout: 31 * DAY }, 'idleTimeout', `at most the absoluteTimeout of this sign-in, ${30 * DAY} seconds`],
    [{ absoluteTimeout: 181 * DAY }, 'absoluteTimeout', `at most ${180 * DAY} seconds, the longest that the options`],
    [{ idleTimeout: 181 * DAY }, 'idleTimeout', 'raise session.absoluteTimeout or session.rememberMe.absoluteTimeout'],
  ])('are refused with their name and value: %j', (given, name, expected) => {
    expect(problemOf(given)).toEqual({ name, expected: expect.stringContaining(expected) });
  });

  it('are compared with those of remembered sessions for a visitor who is remembered', () => {
    expect(problemOf({ idleTimeout: 60 * DAY }, true)).toBeUndefined();
    expect(problemOf({ idleTimeout: 60 * DAY })).toMatchObject({ name: 'idleTimeout' });
  });

  it('become milliseconds, and nothing where there are none', () => {
    expect(ownLifetimeOf({})).toBeUndefined();
    expect(ownLifetimeOf({ idleTimeout: 300 })).toEqual({ idleTimeout: 300_000 });
    expect(ownLifetimeOf({ absoluteTimeout: 1.0001 })).toEqual({ absoluteTimeout: 1001 });
  });

  it('count only up to the longest life that the options allow today', () => {
    const configured = { idleTimeout: 10, absoluteTimeout: 20 };
    expect(ownLifetime({ absoluteTimeout: 50 }, configured, 40)).toEqual({ idleTimeout: 10, absoluteTimeout: 40 });
    expect(ownLifetime({ idleTimeout: 50, absoluteTimeout: 60 }, configured, 40)).toEqual({
      idleTimeout: 40,
      absoluteTimeout: 40,
    });
  });
});
