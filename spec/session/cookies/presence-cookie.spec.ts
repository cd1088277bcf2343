import { describe, expect, it } from '@jest/globals';
import { PresenceCookie } from '../../../lib/session/cookies/presence-cookie.js';
import { SessionConfig, type SessionOptions } from '../../../lib/session/session-config.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';

const cookieOf = (options: SessionOptions = { endsWithBrowser: true }) =>
  new PresenceCookie(SessionConfig.from(options, { isProduction: true }));
const NAME = '__Host-gatehouse.open';

describe('The presence of a visitor', () => {
  it('begins only for one who is remembered, where other sessions end with the browser', () => {
    expect(cookieOf().begin(true)).toEqual({
      value: expect.stringMatching(/^[\w-]{43}$/),
      fingerprint: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect([cookieOf().begin(false), cookieOf({}).begin(true)]).toEqual([undefined, undefined]);
  });

  it('lasts as long as the browser sends its cookie', () => {
    const cookie = cookieOf();
    const presence = cookie.begin(true);
    const jar = new FakeCookieJar();
    cookie.put(jar, presence);
    expect(jar.answered(NAME)?.attributes).toMatchObject({
      maxAge: undefined,
      secure: true,
      httpOnly: true,
      path: '/',
    });
    const record = { presence: presence?.fingerprint };
    expect(cookie.isGone(record, jar.next())).toBe(false);
    expect(cookie.isGone(record, new FakeCookieJar())).toBe(true);
    expect(cookie.isGone(record, FakeCookieJar.carrying(NAME, presence?.fingerprint ?? ''))).toBe(true);
    expect(cookie.isGone(record, FakeCookieJar.carrying(NAME, 'x', presence?.value ?? ''))).toBe(false);
  });

  it('is unknown to sessions of before, and does not matter once other sessions outlive the browser', () => {
    expect(cookieOf().isGone({}, new FakeCookieJar())).toBe(false);
    expect(cookieOf({}).isGone({ presence: 'x' }, new FakeCookieJar())).toBe(false);
  });

  it('is removed where there was one', () => {
    const carrying = FakeCookieJar.carrying(NAME, 'x');
    cookieOf().put(carrying, undefined);
    expect(carrying.answered(NAME)?.attributes.maxAge).toBe(0);
    const none = new FakeCookieJar();
    cookieOf().put(none, undefined);
    expect(none.size).toBe(0);
  });
});
