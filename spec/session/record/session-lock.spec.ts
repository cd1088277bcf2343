import { describe, expect, it } from '@jest/globals';
import { parseRecord, serializeRecord } from '../../../lib/session/record/record-text.js';
import { applyChanges } from '../../../lib/session/record/session-changes.js';
import { locksAsLists, parseLocks, type SessionLock } from '../../../lib/session/record/session-lock.js';
import { changesOf, recordOf } from '../../support/records.js';

const NOW = Date.UTC(2030, 0, 1);
const held: SessionLock = { by: 'a', until: NOW + 1 };
const done: SessionLock = { by: 'b', until: NOW + 1, outcome: { value: [{ at: new Date(0) }] } };
const silent: SessionLock = { by: 'c', until: NOW + 1, outcome: { value: [undefined] } };
const lost: SessionLock = { by: 'd', until: NOW + 1, outcome: {} };
const locks = new Map(Object.entries({ held, done, silent, lost }));

describe('The locks of a session', () => {
  it('are stored with it, held or with an outcome', () => {
    const record = recordOf({ values: { cart: 1 }, locks });
    expect(parseRecord(serializeRecord(record), record.id)).toMatchObject({ locks });
    expect(parseLocks(locksAsLists(new Map([['held', held]])))).toEqual({ locks: new Map([['held', held]]) });
  });

  it('leave no trace in the record when there are none, and say which of them are too large', () => {
    const record = recordOf({ values: { cart: 1 } });
    expect(serializeRecord({ ...record, locks: undefined })).toBe(serializeRecord(record));
    expect(() => serializeRecord({ ...record, locks }, 10)).toThrow("the outcome of session.exclusive('done')");
  });

  it.each([undefined, null, 'text', [], [1], [[1, 'a', 2]], [['key', 'a', 'b']], [null]])(
    'are none in %j',
    (lists: unknown) => {
      expect(parseLocks(lists)).toEqual({});
    },
  );

  it('stay through the changes of other requests, until their time is over', () => {
    const opened = recordOf({ values: { cart: 1 }, locks });
    expect(applyChanges(opened, changesOf({ opened, set: { cart: 2 } })).locks).toEqual(locks);
    expect(applyChanges(opened, changesOf({ opened, renewedAt: NOW + 1 })).locks).toBeUndefined();
    const removed = new Map([['held', undefined]]);
    expect([...(applyChanges(opened, changesOf({ opened, locks: removed })).locks?.keys() ?? [])]).toEqual([
      'done',
      'silent',
      'lost',
    ]);
  });

  it('pass to no other user', () => {
    const opened = recordOf({ values: { userId: 'ada' }, locks });
    const impersonation = { values: new Map([['userId', 'bob']]), startedAt: NOW, until: NOW + 1000 };
    const steps = [{ set: { userId: 'bob' } }, { hasSignedIn: true }, { cleared: true }, { impersonation }];
    for (const step of steps) expect(applyChanges(opened, changesOf({ opened, ...step })).locks).toBeUndefined();
    const impersonating = recordOf({ values: { userId: 'ada' }, impersonation, locks });
    const same = changesOf({ opened: impersonating, impersonation: undefined });
    expect(applyChanges(impersonating, same).locks).toEqual(locks);
    expect(applyChanges(impersonating, { ...same, impersonation: null }).locks).toBeUndefined();
  });
});
