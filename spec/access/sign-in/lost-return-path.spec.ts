import { describe, expect, it } from '@jest/globals';
import { LostReturnPathCookie } from '../../../lib/access/sign-in/lost-return-path.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';

const cookie = new LostReturnPathCookie(SessionConfig.from({}, { isProduction: true }));
const NAME = '__Host-gatehouse-return';
const LOST = { form: '/login', returnTo: '/caf%C3%A9?a=1&b=2;c#d' };

describe('A page that a form has lost', () => {
  it('is remembered for ten minutes, for this host alone', () => {
    const jar = new FakeCookieJar();
    cookie.write(jar, LOST);
    expect(jar.answered(NAME)?.attributes).toEqual({
      ...{ path: '/', httpOnly: true, sameSite: 'lax', secure: true, maxAge: 600 },
    });
    expect(jar.answered(NAME)?.value).toMatch(/^[\w%=&.+*-]+$/);
    const next = jar.next();
    expect(cookie.read((name) => next.values(name))).toEqual(LOST);
  });

  it('is remembered in a frame of another site where the session is', () => {
    const embedded = { sameSite: 'none', secure: true, partitioned: true } as const;
    const jar = new FakeCookieJar();
    new LostReturnPathCookie(SessionConfig.from({ cookie: embedded }, { isProduction: true })).write(jar, LOST);
    expect(jar.answered(NAME)?.attributes).toMatchObject(embedded);
  });

  it('is forgotten by a browser that remembers it', () => {
    const jar = new FakeCookieJar();
    cookie.remove(jar);
    expect(jar.size).toBe(0);
    cookie.write(jar, LOST);
    const next = jar.next();
    cookie.remove(next);
    expect(next.next().names).toEqual([]);
  });

  it('is none that is too long for a cookie', () => {
    const jar = new FakeCookieJar();
    cookie.write(jar, { form: '/login', returnTo: `/${'x'.repeat(2048)}` });
    expect(jar.size).toBe(0);
  });

  it.each(['', 'to=/a', 'form=/login', '%', `form=/login&to=/${'x'.repeat(2048)}`])('is none in %s', (value) => {
    expect(cookie.read(() => [value])).toBeUndefined();
  });
});
