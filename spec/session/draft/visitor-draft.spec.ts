import { describe, expect, it } from '@jest/globals';
import { VisitorDraft } from '../../../lib/session/draft/visitor-draft.js';
import { recordOf } from '../../../lib/testing/records.js';

describe('A request that says nothing of its visitor', () => {
  it('leaves a guest unknown', () => {
    expect({ ...new VisitorDraft() }).toEqual({ identity: [], isRemembered: false });
  });

  it('goes on with what is stored', () => {
    const opened = recordOf({ identity: ['plan'], isRemembered: true });
    expect({ ...new VisitorDraft(opened) }).toEqual({ identity: ['plan'], isRemembered: true });
  });
});

describe('A sign-in', () => {
  it('names the values it came with, the device, the moment, and for how long it is', () => {
    const visitor = new VisitorDraft();
    visitor.signIn({ userId: 'u1', plan: 'premium' }, 5000, { rememberMe: true, label: 'Work laptop' });
    expect({ ...visitor }).toEqual({
      identity: ['plan'],
      isRemembered: true,
      device: { label: 'Work laptop' },
      signedInAt: 5000,
    });
  });

  it('without a wish to stay signed in takes back that of an earlier one', () => {
    const visitor = new VisitorDraft(recordOf({ isRemembered: true }));
    visitor.signIn({ userId: 'u1' }, 5000, {});
    expect([visitor.isRemembered, visitor.device]).toEqual([false, undefined]);
  });
});

describe('A change of what is known of the visitor', () => {
  it('adds to the names and to the device, and is no sign-in', () => {
    const visitor = new VisitorDraft(recordOf({ identity: ['plan'] }));
    visitor.update({ plan: 'basic', team: 'red' }, { userAgent: 'Browser' });
    visitor.update({}, { label: 'Phone' });
    expect({ ...visitor }).toEqual({
      identity: ['plan', 'team'],
      isRemembered: false,
      device: { userAgent: 'Browser', label: 'Phone' },
    });
  });

  it('is forgotten with the visitor', () => {
    const visitor = new VisitorDraft(recordOf({ identity: ['plan'] }));
    visitor.forget();
    expect(visitor.identity).toEqual([]);
  });
});
