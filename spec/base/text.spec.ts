import { describe, expect, it } from '@jest/globals';
import { onOneLine, printable, shortened, withoutTrailingSlash } from '../../lib/base/text.js';

describe('printable()', () => {
  it.each([
    ['/admin?a=b#c', '/admin?a=b#c'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/café', '/caf%C3%A9'],
    ['/a b', '/a%20b'],
    ['/a\r\nb', '/a%0D%0Ab'],
    ['/\u2028', '/%E2%80%A8'],
    ['/\ud800', '/%EF%BF%BD'],
  ])('converts %j to %s', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});

describe('onOneLine()', () => {
  it.each([
    ['Åda 🦉 Lovelace', 'Åda 🦉 Lovelace'],
    ['100%', '100%'],
    ['ada\r\nlogin eve', 'ada%0D%0Alogin eve'],
    ['\u001b[2K\u0000\u0085', '%1B[2K%00%C2%85'],
    ['a\u2028b\u2029c', 'a%E2%80%A8b%E2%80%A9c'],
    ['\u202eada\u200b', '%E2%80%AEada%E2%80%8B'],
    ['\ud800', '%EF%BF%BD'],
  ])('converts %j to %s', (text, expected) => {
    expect(onOneLine(text)).toBe(expected);
  });
});

describe('A string that is too long', () => {
  it('is cut and ends with an ellipsis', () => {
    expect([shortened('abcd', 4), shortened('abcde', 4), shortened('', 4)]).toEqual(['abcd', 'abcd…', '']);
  });
});

describe('A slash at the end of a path', () => {
  it.each([
    ['/shop/', '/shop'],
    ['/shop', '/shop'],
    ['/shop//', '/shop'],
    ['/', ''],
    ['', ''],
  ])('is removed: %s', (path, expected) => {
    expect(withoutTrailingSlash(path)).toBe(expected);
  });
});
