import { describe, expect, it } from '@jest/globals';
import { canonicalPath, routedPath, UnreadablePathError } from '../../../lib/access/paths/canonical-path.js';

/** Percent-encodes every character of a string, as many times as given. */
function encoded(text: string, levels: number): string {
  const once = (from: string) =>
    Array.from(new TextEncoder().encode(from), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const again = (from: string) => from.replaceAll('%', '%25');
  return Array.from({ length: levels - 1 }).reduce<string>(again, once(text));
}

describe('The canonical path', () => {
  it.each([
    ['/admin', '', '/admin'],
    ['/caf%C3%A9', '', '/café'],
    ['/100%25', '', '/100%'],
    ['/100%2525', '', '/100%'],
    ['/app/admin', '/app', '/admin'],
    ['/app', '/app', '/'],
    ['/app/', '/app', '/'],
    ['/application/admin', '/app', '/application/admin'],
    ['/admin', '/app', '/admin'],
    ['/%61pp/admin', '/app', '/admin'],
  ])('of %s below "%s" is %s', (pathname, base, path) => {
    expect(canonicalPath(pathname, base)).toBe(path);
  });

  it.each([1, 2, 5, 10])('is decoded until nothing is left to decode: encoded %i times', (levels) => {
    expect(canonicalPath(`/${encoded('admin', levels)}`, '')).toBe('/admin');
  });

  it.each([11, 30])('is unreadable when it is encoded %i times', (levels) => {
    expect(() => canonicalPath(`/${encoded('admin', levels)}`, '')).toThrow(UnreadablePathError);
  });

  it.each(['/%', '/%zz', '/%c3', '/a%ff'])('is unreadable when it is malformed: %s', (pathname) => {
    expect(() => canonicalPath(pathname, '')).toThrow(UnreadablePathError);
  });

  it.each([0, 1, 2, 3])('has slashes in place of backslashes, which are encoded %i times', (levels) => {
    const backslash = String.fromCharCode(92);
    const written = levels === 0 ? backslash : encoded(backslash, levels);
    expect(canonicalPath(`/admin${written}users`, '')).toBe('/admin/users');
  });

  it('is decoded as far as possible where a later level is malformed', () => {
    const malformed = '%25ff';
    expect(canonicalPath(`/${encoded('admin', 2)}${malformed}`, '')).toBe('/admin%ff');
    expect(canonicalPath(`/admin${encoded('/', 2)}${malformed}`, '')).toBe('/admin/%ff');
  });

  it('is unreadable where decoding would take too long', () => {
    for (const path of [`/${'%25ff-'.repeat(11)}`, `/%25ff${'a'.repeat(2_000)}`]) {
      expect(() => canonicalPath(path, '')).toThrow(UnreadablePathError);
    }
    expect(canonicalPath(`/${'%25ff-'.repeat(10)}`, '')).toBe(`/${'%ff-'.repeat(10)}`);
    expect(canonicalPath(`/%25zz${'a'.repeat(2_000)}`, '')).toBe(`/%zz${'a'.repeat(2_000)}`);
  });

  it('is unreadable when it has too many segments, however they are encoded', () => {
    const most = '/a'.repeat(256);
    expect(canonicalPath(`/${most}//`, '')).toBe(`/${most}//`);
    for (const path of [`${most}/b`, `${most}%2Fb`, `${most}%5Cb`, `${most}${encoded('/b', 2)}`]) {
      expect(() => canonicalPath(path, '')).toThrow(UnreadablePathError);
    }
  });

  it('is unreadable when a letter has too many combining marks', () => {
    expect(() => canonicalPath(`/a${encodeURIComponent('\u0301'.repeat(33))}`, '')).toThrow(UnreadablePathError);
    expect(canonicalPath(`/a${encodeURIComponent('\u0301'.repeat(3))}`, '')).toBe(`/a${'\u0301'.repeat(3)}`);
  });

  it.each([
    ['//app/admin', '/admin'],
    ['///app', '/'],
    ['//application', '//application'],
  ])('ignores repeated slashes before the base: %s', (pathname, path) => {
    expect(canonicalPath(pathname, '/app')).toBe(path);
  });

  it('of a canonical path is the path itself', () => {
    for (const path of ['/', '/a/b', '/café', '/100%', '/a b']) {
      expect(canonicalPath(path.replaceAll('%', '%25'), '')).toBe(path);
    }
  });
});

describe('The routed path', () => {
  it.each([
    ['/about', {}, '/about'],
    ['/users/[id]', { id: '42' }, '/users/42'],
    ['/[lang]/[...rest]', { lang: 'en', rest: 'a/b' }, '/en/a/b'],
    ['/docs/[...slug]', { slug: undefined }, '/docs/'],
    ['/[a]-[b]', { a: '1', b: '2' }, '/1-2'],
    ['/users/[id]', { id: '$&' }, '/users/$&'],
    ['/users/[id]', { id: '%61' }, '/users/%61'],
  ])('of %s with %j is %s', (pattern, params, path) => {
    expect(routedPath(pattern, params)).toBe(path);
  });
});
