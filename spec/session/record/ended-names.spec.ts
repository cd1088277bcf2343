import { describe, expect, it } from '@jest/globals';
import { impersonationOf, signInOf } from '../../../lib/session/record/ended-names.js';
import { recordOf } from '../../../lib/testing/records.js';

const impersonated = (userId: string, startedAt: number) => ({
  values: new Map([['userId', userId]]),
  startedAt,
  until: startedAt + 1,
});

describe('The name of what a list has ended', () => {
  it('is the same for every copy of a session, and another for every sign-in', () => {
    const record = recordOf({ values: { userId: 'sam' }, createdAt: 5 });
    const names = [
      signInOf('sam', record),
      signInOf('sam', { ...record, id: 'another' }),
      signInOf('sam', { ...record, createdAt: 6 }),
      signInOf('sue', record),
    ];
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toBe(names[1]);
  });

  it('tells impersonations apart by both users and the time', () => {
    const sam = recordOf({ values: { userId: 'sam' } });
    const sue = recordOf({ values: { userId: 'sue' } });
    const names = [
      impersonationOf(sam, impersonated('cleo', 1)),
      impersonationOf({ ...sam, id: 'another' }, impersonated('cleo', 1)),
      impersonationOf(sam, impersonated('cleo', 2)),
      impersonationOf(sam, impersonated('bob', 1)),
      impersonationOf(sue, impersonated('cleo', 1)),
    ];
    expect(new Set(names).size).toBe(4);
  });
});
