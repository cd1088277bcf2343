import { describe, expect, it } from '@jest/globals';
import { cookieValues, placesBeside } from '../../../lib/astro/request/astro-cookie-jar.js';

describe('The values of one name in a Cookie header', () => {
  it.each<[string, string | null, string[]]>([
    ['no header', null, []],
    ['an empty header', '', []],
    ['one', 'sid=a', ['a']],
    ['one among others', 'x=1; sid=a; y=2', ['a']],
    ['several, in their order', 'sid=b;sid=a ;  sid=c', ['b', 'a', 'c']],
    ['blanks around it', ' \tsid=a \t; x=1', ['a']],
    ['nothing behind the name', 'sid=; sid= ; sid', []],
    ['the sign of equality in a value', 'sid=a=b==', ['a=b==']],
    ['names that end with it', 'notsid=a; not sid=a; x.sid=a', []],
    ['names that begin with it', 'sid.1=a; sid2=b', []],
    ['the name in a value', 'x=sid=a; y=1 sid=b; sid=c', ['c']],
    ['another case', 'SID=a', []],
  ])('are found: %s', (_, header, values) => {
    expect(cookieValues(header, 'sid')).toEqual(values);
  });

  it('are no more than eight, and the rest of the header is not looked at', () => {
    expect(cookieValues('sid=a; '.repeat(1_000_000), 'sid')).toEqual(Array(8).fill('a'));
    expect(cookieValues(`${'x=1; '.repeat(1_000_000)}sid=a`, 'sid')).toEqual(['a']);
    expect(cookieValues(`${' '.repeat(5_000_000)}sid=a`, 'sid')).toEqual(['a']);
    expect(cookieValues('sid='.repeat(1_000_000), 'sid')).toHaveLength(1);
  });
});

const places = (host: string, path: string, own: { path: string; domain?: string } = { path: '/' }, more = {}) =>
  placesBeside(own, new Headers({ host, ...more }), new URL(path, 'http://localhost')).map(
    (place) => `${place.path} ${place.domain ?? ''}`,
  );

describe('The places from which a cookie may have come', () => {
  it('are the folders of the path, and the host with those above it', () => {
    expect(places('app.site.test:8080', '/shop/cart')).toEqual(
      ['/', '/shop', '/shop/', '/shop/cart'].flatMap((path) =>
        ['', 'app.site.test', 'site.test'].map((domain) => `${path} ${domain}`).slice(path === '/' ? 1 : 0),
      ),
    );
  });

  it.each([
    ['a domain', { path: '/', domain: 'Site.test' }, '/ site.test'],
    ['a domain with its old point', { path: '/', domain: '.site.test' }, '/ site.test'],
    ['a path', { path: '/shop' }, '/shop '],
  ])('are all but the one of today: %s', (_, own, place) => {
    expect(places('app.site.test', '/shop')).toContain(place);
    expect(places('app.site.test', '/shop', own)).not.toContain(place);
    expect(places('app.site.test', '/shop', own)).toContain('/ ');
  });

  it.each([
    ['an address', '127.0.0.1:4321'],
    ['an address of IPv6', '[::1]:4321'],
    ['what is no name at all', 'a;b, c'],
  ])('have no domains for %s', (_, host) => {
    expect(places(host, '/shop')).toEqual(['/shop ']);
  });

  it('are those of the host that a proxy was asked for', () => {
    expect(places('10.0.0.7:3000', '/', undefined, { 'x-forwarded-host': 'site.test, inner' })).toEqual([
      '/ site.test',
    ]);
  });

  it('are few, however long the path and the name of the host', () => {
    expect(places('a.b.c.d.e.site.test', '/a/'.repeat(5_000)).length).toBeLessThan(30);
    expect(places('a.b.c.site.test', '/')).toEqual(['/ a.b.c.site.test', '/ c.site.test', '/ site.test']);
  });

  it('end where a path has what no cookie can say', () => {
    expect(places('localhost', '/shop/a;Domain=x/b')).toEqual([
      '/ localhost',
      '/shop ',
      '/shop localhost',
      '/shop/ ',
      '/shop/ localhost',
    ]);
  });
});
