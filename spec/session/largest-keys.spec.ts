import { describe, expect, it } from '@jest/globals';
import { largestKeys } from '../../lib/session/largest-keys.js';
import { recordOf } from '../support/records.js';

describe('The largest keys', () => {
  it('are three, the largest first, messages among them, with about how much they take', () => {
    const values = { small: 1, large: 'x'.repeat(500), medium: ['x'.repeat(100)] };
    expect(largestKeys(recordOf({ values, flashes: { notice: 'x'.repeat(300) } }))).toEqual([
      '"large" (about 504 bytes)',
      'flash "notice" (about 304 bytes)',
      expect.stringMatching(/^"medium" \(about 1\d\d bytes\)$/),
    ]);
  });

  it('are none of an empty session', () => {
    expect(largestKeys(recordOf())).toEqual([]);
  });
});
