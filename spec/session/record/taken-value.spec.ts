import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../lib/session/record/session-changes.js';
import { takingOf, withoutValue } from '../../../lib/session/record/taken-value.js';
import { recordOf } from '../../support/records.js';

describe('A value that is taken', () => {
  const opened = recordOf({ values: { token: 'old', cart: 1 } });

  it('is the one that the request knows while the store has the same session', () => {
    const { changes, taken } = takingOf(opened, 'token');
    const stored = applyChanges(opened, changes);
    expect(Object.fromEntries(stored.values)).toEqual({ cart: 1 });
    expect(taken(stored)).toEqual({ value: 'old', record: withoutValue(opened, 'token') });
  });

  it.each([
    ['the newer one', { token: 'new' }, 'new'],
    ['none when another request was first', {}, undefined],
  ])('is %s when the session has changed meanwhile', (_, values, expected) => {
    const { changes, taken } = takingOf(opened, 'token');
    applyChanges(opened, changes);
    expect(taken(applyChanges({ ...recordOf({ values }), id: opened.id }, changes)).value).toBe(expected);
  });

  it('is none of a session that has ended', () => {
    expect(takingOf(opened, 'token').taken(undefined).value).toBeUndefined();
  });

  it('is missing in the record, and in the values that a schema made of it', () => {
    const [shown, migrated] = [new Map([['token', 1]]), new Map([['token', 2]])];
    const { values, fitted } = withoutValue({ ...opened, fitted: { shown, migrated } }, 'token');
    expect([[...values.keys()], fitted?.shown.size, fitted?.migrated?.size]).toEqual([['cart'], 0, 0]);
    expect(opened.values.size).toBe(2);
  });
});
