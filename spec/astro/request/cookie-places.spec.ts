import { describe, expect, it } from '@jest/globals';
import { placesBeside } from '../../../lib/astro/request/cookie-places.js';

const places = (host: string, path: string, own: { path: string; domain?: string } = { path: '/' }, more = {}) =>
  placesBeside(own, new Headers({ host, ...more }), new URL(path, 'http://localhost')).map(
    (place) => `${place.path} ${place.domain ?? ''}`,
  );

describe('The places from which a cookie may have come', () => {
  it('are the parent folders of the path, and the host with its parent domains', () => {
    expect(places('app.site.test:8080', '/shop/cart')).toEqual(
      ['/', '/shop', '/shop/', '/shop/cart'].flatMap((path) =>
        ['', 'app.site.test', 'site.test'].map((domain) => `${path} ${domain}`).slice(path === '/' ? 1 : 0),
      ),
    );
  });

  it.each([
    ['a domain', { path: '/', domain: 'Site.test' }, '/ site.test'],
    ['a domain with a leading dot', { path: '/', domain: '.site.test' }, '/ site.test'],
    ['a path', { path: '/shop' }, '/shop '],
  ])('are all except the configured one: %s', (_, own, place) => {
    expect(places('app.site.test', '/shop')).toContain(place);
    expect(places('app.site.test', '/shop', own)).not.toContain(place);
    expect(places('app.site.test', '/shop', own)).toContain('/ ');
  });

  it.each([
    ['an IPv4 address', '127.0.0.1:4321'],
    ['an IPv6 address', '[::1]:4321'],
    ['an invalid host name', 'a;b, c'],
  ])('include no domains for %s', (_, host) => {
    expect(places(host, '/shop')).toEqual(['/shop ']);
  });

  it('are derived from the forwarded host', () => {
    expect(places('10.0.0.7:3000', '/', undefined, { 'x-forwarded-host': 'site.test, inner' })).toEqual([
      '/ site.test',
    ]);
  });

  it('are few, however long the path and the host name are', () => {
    expect(places('a.b.c.d.e.site.test', '/a/'.repeat(5_000)).length).toBeLessThan(30);
    expect(places('a.b.c.site.test', '/')).toEqual(['/ a.b.c.site.test', '/ c.site.test', '/ site.test']);
  });

  it('end at a path segment that a cookie cannot contain', () => {
    expect(places('localhost', '/shop/a;Domain=x/b')).toEqual([
      '/ localhost',
      '/shop ',
      '/shop localhost',
      '/shop/ ',
      '/shop/ localhost',
    ]);
  });
});
