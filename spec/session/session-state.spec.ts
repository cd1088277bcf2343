import { describe, expect, it } from '@jest/globals';
import { SessionState } from '../../lib/session/session-state.js';
import { recordOf } from '../support/records.js';

describe('What becomes of a session', () => {
  it('gives a session an id only when it is asked for, and keeps to it', () => {
    const state = new SessionState(undefined);
    expect(state.isDirty).toBe(false);
    expect(state.id).toHaveLength(43);
    expect(state.id).toBe(state.id);
    expect(state.isDirty).toBe(false);
  });

  it('has something to do in the store once the id of a stored session changed', () => {
    const record = recordOf();
    const state = new SessionState(record);
    expect(state.isDirty).toBe(false);
    state.regenerate();
    expect(state.id).not.toBe(record.id);
    expect(state.isDirty).toBe(true);
  });

  it('remembers which stored session it ended, through a roll-back', () => {
    const record = recordOf();
    const state = new SessionState(record);
    state.end();
    const later = state.id;
    state.rollBack();
    expect(state).toMatchObject({ ended: record, isEnded: true, opened: undefined });
    expect(state.id).not.toBe(later);
  });

  it('goes back to the opened session when it is rolled back', () => {
    const record = { ...recordOf(), identity: ['userId'] };
    const state = new SessionState(record);
    state.signIn(['userId', 'plan'], record.createdAt + 5000);
    state.forget();
    expect(state).toMatchObject({ createdAt: record.createdAt + 5000, isForgotten: true });
    state.rollBack();
    expect(state).toMatchObject({
      id: record.id,
      createdAt: record.createdAt,
      identity: ['userId'],
      isForgotten: false,
    });
  });

  it('starts anew from what was committed', () => {
    const state = new SessionState(recordOf());
    state.end();
    const next = { ...recordOf(), id: 'n'.repeat(43) };
    state.settle(next);
    expect(state).toMatchObject({ opened: next, id: next.id, ended: undefined, isEnded: false, isDirty: false });
  });

  it('takes back what says who a visitor is, whoever had put it there', () => {
    const state = new SessionState(undefined);
    state.signIn(['userId', 'plan'], 0);
    state.learn(['team']);
    expect(state.visitorKeys).toEqual(
      expect.arrayContaining(['plan', 'team', 'role', 'roles', 'permissions', 'email']),
    );
  });
});
