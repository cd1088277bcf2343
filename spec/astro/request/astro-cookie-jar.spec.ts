import { describe, expect, it } from '@jest/globals';
import type { APIContext } from 'astro';
import { AstroCookieJar, cookieValues } from '../../../lib/astro/request/astro-cookie-jar.js';

describe('The values of a name in a Cookie header', () => {
  it.each<[string, string | null, string[]]>([
    ['no header', null, []],
    ['an empty header', '', []],
    ['one cookie', 'sid=a', ['a']],
    ['one cookie among others', 'x=1; sid=a; y=2', ['a']],
    ['several cookies, in their order', 'sid=b;sid=a ;  sid=c', ['b', 'a', 'c']],
    ['blanks around it', ' \tsid=a \t; x=1', ['a']],
    ['nothing after the name', 'sid=; sid= ; sid', []],
    ['an equals sign in a value', 'sid=a=b==', ['a=b==']],
    ['names that end the same way', 'notsid=a; not sid=a; x.sid=a', []],
    ['names that start the same way', 'sid.1=a; sid2=b', []],
    ['the name in another value', 'x=sid=a; y=1 sid=b; sid=c', ['c']],
    ['another case', 'SID=a', []],
  ])('are found: %s', (_, header, values) => {
    expect(cookieValues(header, 'sid')).toEqual(values);
  });

  it('are eight at most, and the rest of the header is not read', () => {
    expect(cookieValues('sid=a; '.repeat(1_000_000), 'sid')).toEqual(Array(8).fill('a'));
    expect(cookieValues(`${'x=1; '.repeat(1_000_000)}sid=a`, 'sid')).toEqual(['a']);
    expect(cookieValues(`${' '.repeat(5_000_000)}sid=a`, 'sid')).toEqual(['a']);
    expect(cookieValues('sid='.repeat(1_000_000), 'sid')).toHaveLength(1);
  });
});

/** A jar for a request with this Cookie header, and the cookies that it has set in Astro. */
function jarOf(cookie: string) {
  const set = new Map<string, object>();
  const context = {
    request: new Request('https://site.test/shop/cart', { headers: { cookie, host: 'site.test' } }),
    url: new URL('https://site.test/shop/cart'),
    cookies: { set: (name: string, _value: string, options: object) => set.set(name, options) },
  };
  return { jar: new AstroCookieJar(context as unknown as APIContext), set };
}

describe('A partitioned cookie', () => {
  const embedded = { path: '/', httpOnly: true, sameSite: 'none', secure: true, partitioned: true } as const;
  const REMOVAL = 'sid=; Max-Age=0; Path=/; Secure; SameSite=None';

  it.each([600, 0])('is set, or removed, as one, and replaces the unpartitioned one: Max-Age %s', (maxAge) => {
    const { jar, set } = jarOf('sid=a; sid.1=b');
    jar.set('sid', maxAge > 0 ? 'x' : '', { ...embedded, maxAge });
    jar.set('sid', maxAge > 0 ? 'y' : '', { ...embedded, maxAge });
    expect(set.get('sid')).toMatchObject({ partitioned: true, maxAge });
    expect(jar.removals).toEqual([REMOVAL]);
    jar.set('new', 'x', { ...embedded, maxAge });
    expect(jar.removals).toHaveLength(1);
  });

  it('replaces one of its own domain alone', () => {
    const { jar } = jarOf('sid=a');
    jar.set('sid', 'x', { ...embedded, domain: 'site.test', path: '/shop', maxAge: 60 });
    expect(jar.removals).toEqual(['sid=; Max-Age=0; Domain=site.test; Path=/shop; Secure; SameSite=None']);
  });

  it('is removed from other places, and so is an unpartitioned one there', () => {
    const { jar } = jarOf('sid=a');
    jar.removeElsewhere('sid', embedded);
    const ofShop = jar.removals.filter((removal) => removal.includes('Path=/shop;') && !removal.includes('Domain'));
    expect(ofShop).toEqual([
      'sid=; Max-Age=0; Path=/shop; Secure; Partitioned; SameSite=None',
      'sid=; Max-Age=0; Path=/shop; Secure; SameSite=None',
    ]);
  });

  it('is none without the option', () => {
    const { jar, set } = jarOf('sid=a');
    jar.set('sid', 'x', { ...embedded, partitioned: undefined, maxAge: 60 });
    expect(jar.removals).toEqual([]);
    expect(set.get('sid')).not.toHaveProperty('partitioned');
  });
});
