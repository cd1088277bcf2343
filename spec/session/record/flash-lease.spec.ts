import { describe, expect, it } from '@jest/globals';
import { type FlashLease, isFreeFor, withLease } from '../../../lib/session/record/flash-lease.js';
import { recordOf } from '../../support/records.js';

const ours: FlashLease = { by: 'us', now: 1000, until: 61_000 };

describe('A lease of flash messages', () => {
  it.each([
    ['can be taken for a message that no process has leased', undefined, true],
    ['can be taken for a message that this process has leased', { by: 'us', until: 2000 }, true],
    ['cannot be taken for a message that another process has leased', { by: 'other', until: 1001 }, false],
    ['can be taken for a message whose lease by another process has just ended', { by: 'other', until: 1000 }, true],
  ])('%s', (_, lease, isFree) => {
    expect(isFreeFor(ours, { id: 'a', value: 'x', ...(lease && { lease }) })).toBe(isFree);
  });

  it('covers every message that is free, and no others', () => {
    const record = recordOf({ flashes: { free: 1, taken: 2 } });
    const taken = { id: 'flash-taken', value: 2, lease: { by: 'other', until: 5000 } };
    const yielding = { id: 'flash-yielding', value: 3, until: 9000, yields: true };
    const flashes = new Map(record.flashes).set('taken', taken).set('yielding', yielding);
    const leased = withLease({ ...record, flashes }, ours);
    expect(leased.flashes.get('free')).toEqual({ id: 'flash-free', value: 1, lease: { by: 'us', until: 61_000 } });
    expect(leased.flashes.get('taken')).toEqual(taken);
    expect(leased.flashes.get('yielding')).toBe(yielding);
  });

  it('covers each of several messages under one key', () => {
    const others = { id: 'a', value: 1, lease: { by: 'other', until: 5000 } };
    const record = recordOf({ flashes: { notice: 2 } });
    const flashes = new Map([['notice', { id: 'b', value: 2, earlier: [others] }]]);
    expect(withLease({ ...record, flashes }, ours).flashes.get('notice')).toEqual({
      id: 'b',
      value: 2,
      lease: { by: 'us', until: 61_000 },
      earlier: [others],
    });
  });

  it('changes nothing when no message is free, or an existing lease lasts long enough', () => {
    const record = withLease(recordOf({ flashes: { free: 1 } }), ours);
    expect(withLease(record, { ...ours, now: 30_999 })).toBe(record);
    const empty = recordOf();
    expect(withLease(empty, ours)).toBe(empty);
  });

  it('is renewed by a request that could outlast it', () => {
    const record = withLease(recordOf({ flashes: { free: 1 } }), ours);
    const later = { by: 'us', now: 31_000, until: 91_000 };
    expect(withLease(record, later).flashes.get('free')?.lease).toEqual({ by: 'us', until: 91_000 });
  });
});
