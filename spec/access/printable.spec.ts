import { describe, expect, it } from '@jest/globals';
import { printable } from '../../lib/access/printable.js';

describe('A printable text', () => {
  it.each([
    ['/admin?a=b#c', '/admin?a=b#c'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/café', '/caf%C3%A9'],
    ['/a b', '/a%20b'],
    ['/a\r\nb', '/a%0D%0Ab'],
    ['/\u2028', '/%E2%80%A8'],
    ['/\ud800', '/%EF%BF%BD'],
  ])('of %j is %s', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
