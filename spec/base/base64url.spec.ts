import { describe, expect, it } from '@jest/globals';
import { fromBase64Url, toBase64Url } from '../../lib/base/base64url.js';

describe('Bytes in base64url', () => {
  it.each([0, 1, 2, 3, 31, 32, 48])('are decoded to the same bytes: %i of them', (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => 255 - at);
    expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
  });

  it('cannot be decoded from an invalid string', () => {
    expect(() => fromBase64Url('*')).toThrow();
  });
});
