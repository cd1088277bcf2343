import { describe, expect, it } from '@jest/globals';
import { type FlashLease, FlashLeases, freeFor, isFreeFor, withLease } from '../../lib/session/flash-lease.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { recordOf } from '../support/records.js';

const mine: FlashLease = { by: 'me', now: 1000, until: 2000 };

describe('A lease of messages', () => {
  it.each([
    ['nobody has', undefined, true],
    ['this request has', { by: 'me', until: 2000 }, true],
    ['another request has', { by: 'other', until: 1001 }, false],
    ['another request had', { by: 'other', until: 1000 }, true],
  ])('is to be had for a message that %s: %j', (_, lease, isFree) => {
    expect(isFreeFor(mine, { id: 'a', value: 'x', ...(lease && { lease }) })).toBe(isFree);
  });

  it('covers every message that is free, and no other', () => {
    const record = recordOf({ flashes: { free: 1, taken: 2 } });
    const taken = { id: 'flash-taken', value: 2, lease: { by: 'other', until: 5000 } };
    const leased = withLease({ ...record, flashes: new Map(record.flashes).set('taken', taken) }, mine);
    expect(leased.flashes.get('free')).toEqual({ id: 'flash-free', value: 1, lease: { by: 'me', until: 2000 } });
    expect(leased.flashes.get('taken')).toEqual(taken);
  });

  it('changes nothing where nothing is to be had', () => {
    const record = withLease(recordOf({ flashes: { free: 1 } }), mine);
    expect(withLease(record, mine)).toBe(record);
    const empty = recordOf();
    expect(withLease(empty, mine)).toBe(empty);
  });

  it('is another one with every request, and with every process', () => {
    const [here, there] = [new FlashLeases(new FrozenClock()), new FlashLeases(new FrozenClock())];
    const leases = [here.next(), here.next(), there.next()];
    expect(new Set(leases.map(({ by }) => by)).size).toBe(3);
    for (const { now, until } of leases) expect(until - now).toBe(60_000);
  });

  it('gives a request what is free, and says whether any of it is under its lease', () => {
    const own = { id: 'a', value: 1, lease: { by: 'me', until: 2000 } };
    const others = { id: 'b', value: 2, lease: { by: 'other', until: 5000 } };
    expect(freeFor(new Map(Object.entries({ own, others })), mine)).toEqual({
      free: new Map(Object.entries({ own })),
      leasedBy: 'me',
    });
    expect(freeFor(new Map(Object.entries({ others })), mine)).toEqual({ free: new Map() });
    expect(freeFor(undefined, mine).free).toBeUndefined();
  });
});
