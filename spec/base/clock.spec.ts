import { describe, expect, it } from '@jest/globals';
import { Clock } from '../../lib/base/clock.js';

describe('The clock', () => {
  it('returns the milliseconds since the epoch', () => {
    const before = Date.now();
    const now = new Clock().now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
