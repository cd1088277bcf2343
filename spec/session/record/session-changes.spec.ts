import { describe, expect, it } from '@jest/globals';
import { messagesIn } from '../../../lib/session/record/flash-lists.js';
import { applyChanges, makingRoom, noChanges } from '../../../lib/session/record/session-changes.js';
import { changesOf, recordOf } from '../../support/records.js';

describe('The changes of a session', () => {
  it('create a record when there was none', () => {
    const changes = changesOf({ set: { cart: 1 }, flashesAdded: { notice: 'Saved' }, identity: ['userId'] });
    expect(applyChanges(undefined, changes)).toEqual({
      id: changes.id,
      createdAt: changes.createdAt,
      renewedAt: changes.renewedAt,
      expiresAt: changes.expiresAt,
      values: new Map([['cart', 1]]),
      flashes: new Map([['notice', { id: 'flash-notice', value: 'Saved' }]]),
      identity: ['userId'],
    });
  });

  it('do not affect values that they do not name', () => {
    const opened = recordOf({ values: { cart: 1, theme: 'dark', draft: 'x' } });
    const kept = applyChanges(opened, changesOf({ opened, set: { cart: 2 }, unset: ['draft'] }));
    expect(kept.values).toEqual(
      new Map<string, unknown>([
        ['cart', 2],
        ['theme', 'dark'],
      ]),
    );
  });

  it('preserve values that another request has stored in the meantime', () => {
    const opened = recordOf({ values: { cart: 1 } });
    const current = { ...opened, values: new Map([...opened.values, ['theme', 'dark']]) };
    const kept = applyChanges(current, changesOf({ opened, set: { cart: 2 } }));
    expect(kept.values).toEqual(
      new Map<string, unknown>([
        ['cart', 2],
        ['theme', 'dark'],
      ]),
    );
  });

  it('remove a value when its update, repeated on a newer value, returns undefined', () => {
    const opened = recordOf({ values: { coupon: 'old', left: 2 } });
    const current = { ...opened, values: new Map<string, unknown>([...opened.values, ['left', 1]]) };
    const spend = (left: unknown) => (Number(left) > 1 ? Number(left) - 1 : undefined);
    const changes = changesOf({ opened, set: { left: 1 }, updates: { left: spend } });
    expect([...applyChanges(current, changes).values.keys()]).toEqual(['coupon']);
  });

  it('mark a session as kept until it is cleared', () => {
    const kept = applyChanges(undefined, changesOf({ isKept: true }));
    expect(kept.isKept).toBe(true);
    expect(applyChanges(kept, noChanges(kept)).isKept).toBe(true);
    expect(applyChanges(recordOf(), changesOf({ opened: recordOf(), isKept: true })).isKept).toBe(true);
    expect(applyChanges(kept, { ...noChanges(kept), cleared: true })).not.toHaveProperty('isKept');
  });

  it('drop expired messages', () => {
    const opened = recordOf({ flashes: { notice: 'Saved' } });
    const message = { id: 'a', value: 1, until: opened.renewedAt + 1000, yields: true };
    const record = { ...opened, flashes: new Map(opened.flashes).set('note', message) };
    const keysAt = (renewedAt: number) => [...applyChanges(record, { ...noChanges(record), renewedAt }).flashes.keys()];
    expect(keysAt(message.until - 1)).toEqual(['notice', 'note']);
    expect(keysAt(message.until)).toEqual(['notice']);
  });

  it('can make room by dropping messages that yield', () => {
    const opened = recordOf({ flashes: { notice: 'Saved' } });
    const message = { id: 'a', value: 1, until: opened.expiresAt, yields: true };
    const record = { ...opened, flashes: new Map(opened.flashes).set('note', message) };
    expect(makingRoom(noChanges(opened))).toBeUndefined();
    expect(makingRoom({ ...noChanges(record), flashesTaken: new Set(['b']) })?.flashesTaken).toEqual(
      new Set(['b', 'a']),
    );
  });

  it('do not mutate the record to which they are applied', () => {
    const opened = recordOf({ values: { cart: 1 }, flashes: { notice: 'Saved' } });
    applyChanges(opened, changesOf({ opened, set: { cart: 2 }, flashesTaken: ['flash-notice'] }));
    expect(opened.values.get('cart')).toBe(1);
    expect(opened.flashes.has('notice')).toBe(true);
  });

  it('append a message to those that another request has added under its key', () => {
    const opened = recordOf({ flashes: { notice: 'first' } });
    const newer = { id: 'newer', value: 'second', earlier: messagesIn(opened.flashes.get('notice')) };
    const current = { ...opened, flashes: new Map([['notice', newer]]) };
    const changes = changesOf({ opened, flashesAdded: { notice: 'third' }, flashesTaken: ['flash-notice'] });
    const { flashes } = applyChanges(current, changes);
    expect(messagesIn(flashes.get('notice')).map(({ value }) => value)).toEqual(['second', 'third']);
  });

  it('keep the times of a session that was renewed in the meantime', () => {
    const opened = recordOf();
    const current = { ...opened, renewedAt: opened.renewedAt + 5, expiresAt: opened.expiresAt + 5 };
    expect(applyChanges(current, noChanges(opened))).toEqual(current);
    expect(applyChanges(opened, noChanges(opened))).toEqual(opened);
  });

  it('remove a delivered message, but not a newer one under its key', () => {
    const opened = recordOf({ flashes: { notice: 'old', error: 'Not sent' } });
    const newer = { ...opened, flashes: new Map([...opened.flashes, ['notice', { id: 'newer', value: 'new' }]]) };
    const changes = changesOf({ opened, flashesTaken: ['flash-notice', 'flash-error'] });
    expect(applyChanges(opened, changes).flashes.size).toBe(0);
    expect([...applyChanges(newer, changes).flashes.values()]).toEqual([{ id: 'newer', value: 'new' }]);
  });

  it('keep identity keys that another request has added, so that the next sign-in removes them', () => {
    const opened = recordOf({ identity: ['userId', 'role'] });
    const current = { ...opened, identity: ['userId', 'role', 'plan'] };
    expect(applyChanges(current, changesOf({ opened, identity: ['userId'] })).identity).toEqual(['userId', 'plan']);
    expect(applyChanges(opened, changesOf({ opened, identity: ['userId'] })).identity).toEqual(['userId']);
  });

  it('drop the whole previous contents when they clear the session', () => {
    const opened = recordOf({ values: { cart: 1 }, flashes: { notice: 'Saved' }, identity: ['cart'] });
    const kept = applyChanges(opened, changesOf({ opened, cleared: true, set: { userId: 'bob' }, identity: [] }));
    expect(kept.values).toEqual(new Map([['userId', 'bob']]));
    expect(kept.flashes.size).toBe(0);
    expect(kept.identity).toEqual([]);
  });

  it('repeat the update of a value that another request has changed in the meantime', () => {
    const opened = recordOf({ values: { count: 1, gone: 1 } });
    const newer = { ...opened, values: new Map<string, unknown>([['count', 5]]) };
    const asked: unknown[] = [];
    const add = (old: unknown) => {
      asked.push(old);
      return old === undefined ? undefined : Number(old) + 1;
    };
    const changes = changesOf({ opened, set: { count: 2, gone: 2 }, updates: { count: add, gone: add } });
    expect(Object.fromEntries(applyChanges(opened, changes).values)).toEqual({ count: 2, gone: 2 });
    expect(asked).toEqual([]);
    expect(Object.fromEntries(applyChanges(newer, changes).values)).toEqual({ count: 6 });
    expect(asked).toEqual([5, undefined]);
  });

  it('release leased messages that the request did not deliver', () => {
    const opened = recordOf();
    const mine = { id: 'mine', value: 1, lease: { by: 'me', until: 1 } };
    const other = { id: 'other', value: 2, lease: { by: 'other', until: 1 } };
    const current = {
      ...opened,
      flashes: new Map([
        ['mine', mine],
        ['other', other],
      ]),
    };
    const { flashes } = applyChanges(current, changesOf({ opened, leasedBy: 'me' }));
    expect([...flashes]).toEqual([
      ['mine', { id: 'mine', value: 1 }],
      ['other', other],
    ]);
    expect(applyChanges(current, changesOf({ opened })).flashes).toEqual(current.flashes);
  });

  it('keep a foreign session foreign until a user signs in', () => {
    const opened = { ...recordOf({ values: { userId: 'ada' } }), isForeign: true };
    expect(applyChanges(opened, changesOf({ opened, set: { cart: 1 } })).isForeign).toBe(true);
    expect(applyChanges(opened, changesOf({ opened, hasSignedIn: true })).isForeign).toBeUndefined();
  });

  it('never bring back an impersonation that another request has ended', () => {
    const impersonation = (userId: string, startedAt = 1) => ({
      values: new Map([['userId', userId]]),
      startedAt,
      until: 9,
    });
    const own = recordOf({ values: { userId: 'sam' } });
    const opened = { ...own, impersonation: impersonation('cleo') };
    const updated = changesOf({ opened, impersonation: impersonation('cleo') });
    expect(applyChanges(opened, updated).impersonation).toEqual(impersonation('cleo'));
    expect(applyChanges(own, updated).impersonation).toBeUndefined();
    const next = { ...own, impersonation: impersonation('bob', 2) };
    expect(applyChanges(next, updated).impersonation).toEqual(impersonation('bob', 2));
    expect(applyChanges(next, changesOf({ opened, impersonation: null })).impersonation).toEqual(
      impersonation('bob', 2),
    );
    expect(applyChanges(opened, changesOf({ opened: own })).impersonation).toEqual(impersonation('cleo'));
  });

  it.each([
    ['signs in', { hasSignedIn: true }],
    ['has left', { unset: ['userId'] }],
    ['is another', { set: { userId: 'sue' } }],
    ['begins anew', { cleared: true, set: { userId: 'sue' } }],
  ])('end an impersonation whose owner %s', (_, change) => {
    const impersonation = { values: new Map([['userId', 'cleo']]), startedAt: 1, until: 9 };
    const opened = recordOf({ values: { userId: 'sam' }, impersonation });
    expect(applyChanges(opened, changesOf({ opened, ...change })).impersonation).toBeUndefined();
  });
});
