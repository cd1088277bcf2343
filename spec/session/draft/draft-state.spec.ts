import { describe, expect, it } from '@jest/globals';
import { DraftState } from '../../../lib/session/draft/draft-state.js';
import { FlashBag } from '../../../lib/session/flash-bag.js';
import { recordOf } from '../../../lib/testing/records.js';

const impersonation = { values: new Map([['userId', 'cleo']]), startedAt: 1, until: 2 };
const SAM = recordOf({ values: { userId: 'sam', note: 'x' } });

describe('The parts of a draft', () => {
  it('are those of the record, until something changes', () => {
    const state = new DraftState(SAM, new FlashBag());
    expect(state.values.all()).toEqual({ userId: 'sam', note: 'x' });
    expect([state.untouched, state.impersonatorId, state.isNew]).toEqual([SAM, undefined, false]);
    state.revision += 1;
    expect(state.untouched).toBeUndefined();
  });

  it('show the impersonated user, and never the record as it is', () => {
    const state = new DraftState({ ...SAM, impersonation }, new FlashBag());
    expect(state.values.all()).toEqual({ userId: 'cleo' });
    expect(state.own.values.all()).toEqual({ userId: 'sam', note: 'x' });
    expect([state.untouched, state.impersonatorId]).toEqual([undefined, 'sam']);
  });

  it('are empty without a record', () => {
    const state = new DraftState(undefined, new FlashBag());
    expect([state.isNew, state.isEmpty, state.createdAt, state.signedInAt]).toEqual([true, true, undefined, undefined]);
  });
});
