import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { freeze } from '../../../lib/session/stores/recent-records.js';

function recordOf(value: unknown, message: unknown = 'saved'): SessionRecord {
  const times = { createdAt: 1, renewedAt: 1, expiresAt: 2 };
  const flashes = new Map([['notice', { id: 'a', value: message }]]);
  return { id: 'x', ...times, values: new Map([['cart', value]]), flashes, identity: [] };
}

describe('A record', () => {
  it('is frozen with its values and messages, and can then be shared', () => {
    const [cart, message] = [[{ name: 'tea' }], { text: 'saved' }];
    expect(freeze(recordOf(cart, message))).toBe(true);
    expect([cart, cart[0], message].every(Object.isFrozen)).toBe(true);
    expect(freeze(recordOf(new Map([['a', new Date()]])))).toBe(true);
  });

  it.each([new Uint8Array([1]), /x/])('cannot be shared while it holds %p, which cannot be frozen', (value) => {
    expect(freeze(recordOf(value))).toBe(false);
    expect(freeze(recordOf('tea', value))).toBe(false);
  });
});
