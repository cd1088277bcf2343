import { describe, expect, it } from '@jest/globals';
import { createCookieSessionStorage } from '../../lib/astro/helpers/cookie-session-storage.js';
import type { CookieSessionStorageOptions } from '../../lib/astro/options/options.js';
import { InvalidOptionsError } from '../../lib/errors/index.js';
import { SECRET } from '../support/app.js';

const made = (options: unknown) => () => createCookieSessionStorage({}, options as CookieSessionStorageOptions);

describe('The options of createCookieSessionStorage()', () => {
  it.each([
    [{}],
    [{ cookie: { secret: SECRET } }],
    [{ cookie: { name: 'sid', path: '/app', domain: 'site.example', sameSite: 'strict', secure: true } }],
    [{ cookie: { secret: SECRET, sameSite: 'none', secure: true, partitioned: true } }],
    [{ cookie: { secret: [SECRET, `${SECRET}2`] }, idleTimeout: 60, absoluteTimeout: 600 }],
  ])('may be %j', (options) => {
    expect(made(options)).not.toThrow();
  });

  it.each<[object, RegExp]>([
    [{ idleTimout: 60 }, /idleTimout: no such option .* did you mean idleTimeout\?/],
    [{ maxAge: 60 }, /maxAge: no such option/],
    [{ renewAfter: 60 }, /renewAfter: no such option/],
    [{ secret: SECRET }, /secret: no such option/],
    [{ cookie: { secret: SECRET, maxAge: 60 } }, /cookie\.maxAge: .*set idleTimeout/],
    [{ cookie: { secret: SECRET, expires: new Date() } }, /cookie\.expires: .*set idleTimeout/],
    [{ cookie: { secrets: [SECRET] } }, /cookie\.secrets: no such option .* did you mean secret\?/],
    [{ cookie: { secret: SECRET, httpOnly: false } }, /cookie\.httpOnly: .*always HttpOnly/],
    [{ cookie: { secret: SECRET, chunks: true } }, /cookie\.chunks: .*one header/],
    [{ cookie: { secret: 7 } }, /cookie\.secret: must be a string/],
    [{ cookie: { secret: [] } }, /cookie\.secret: must be a string/],
    [{ cookie: { secret: SECRET, secure: 'yes' } }, /cookie\.secure: must be true or false/],
    [{ cookie: { secret: SECRET, sameSite: 'Lax' } }, /cookie\.sameSite: must be one of/],
    [{ cookie: { secret: SECRET, partitioned: true } }, /cookie\.partitioned is for frames of other sites/],
    [{ cookie: 'sid' }, /cookie: must be a plain object/],
    [{ idleTimeout: '60' }, /idleTimeout: must be a number of seconds/],
  ])('are rejected by name, with the cure: %#', (options, sentence) => {
    expect(made(options)).toThrow(InvalidOptionsError);
    expect(made(options)).toThrow(sentence);
    expect(made(options)).not.toThrow(SECRET);
  });
});

describe('A storage with manual commits', () => {
  it.each([
    [false, /; Max-Age=\d+/],
    [true, /^(?!.*(?:Max-Age|Expires))sid=/i],
  ])(
    'sets a cookie that lasts, or that ends with the browser (endsWithBrowser: %s)',
    async (endsWithBrowser, expected) => {
      const storage = createCookieSessionStorage(
        { count: 0 },
        { cookie: { name: 'sid', secret: SECRET }, endsWithBrowser },
      );
      const session = await storage.getSession(new Request('https://site.example/'));
      expect(await storage.commitSession(session.set('count', 1))).toMatch(expected);
      expect(await storage.destroySession(session)).toMatch(/^sid=; Max-Age=0/);
    },
  );

  it('reads and removes only the cookie of its own name', async () => {
    const storage = createCookieSessionStorage<{ user?: string }>({}, { cookie: { name: 'sid', secret: SECRET } });
    const cookieOf = async (user: string) => {
      const session = await storage.getSession(new Request('https://site.example/'));
      session.set('user', user);
      return (await storage.commitSession(session)).split(/[=;]/)[1] ?? '';
    };
    const cookie = `sid=${await cookieOf('ada')}; sid~zzzzzzzz=${await cookieOf('eve')}`;
    const session = await storage.getSession(new Request('https://site.example/', { headers: { cookie } }));
    expect(session.get('user')).toBe('ada');
    expect(await storage.commitSession(session)).toMatch(/^sid=\w/);
    expect(await storage.destroySession(session)).toMatch(/^sid=; Max-Age=0/);
  });

  it('has a partitioned cookie where that is asked for', async () => {
    const embedded = { sameSite: 'none', secure: true, partitioned: true } as const;
    const storage = createCookieSessionStorage({}, { cookie: { name: 'sid', secret: SECRET, ...embedded } });
    const session = await storage.getSession(new Request('https://site.example/'));
    expect(await storage.commitSession(session)).toMatch(/^sid=[^;]+;.*; Secure; Partitioned; SameSite=None$/);
    expect(await storage.destroySession(session)).toMatch(/^sid=; Max-Age=0;.*; Partitioned/);
  });
});
