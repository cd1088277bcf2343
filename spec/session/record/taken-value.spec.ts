import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../lib/session/record/session-changes.js';
import { takingOf, withoutValue } from '../../../lib/session/record/taken-value.js';
import { recordOf } from '../../support/records.js';

describe('A value that is taken', () => {
  const opened = recordOf({ values: { token: 'old', cart: 1 } });

  it('is all that changes in the stored session', () => {
    const stored = applyChanges(opened, takingOf(opened, 'token'));
    expect(stored).toEqual({ ...opened, values: new Map([['cart', 1]]) });
  });

  it('is missing in the record, and in the values that a schema made of it', () => {
    const [shown, migrated] = [new Map([['token', 1]]), new Map([['token', 2]])];
    const { values, fitted } = withoutValue({ ...opened, fitted: { shown, migrated } }, 'token');
    expect([[...values.keys()], fitted?.shown.size, fitted?.migrated?.size]).toEqual([['cart'], 0, 0]);
    expect(opened.values.size).toBe(2);
  });
});
