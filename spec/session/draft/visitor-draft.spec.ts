import { describe, expect, it } from '@jest/globals';
import { VisitorDraft } from '../../../lib/session/draft/visitor-draft.js';
import { recordOf } from '../../../lib/testing/records.js';

describe('A request without a sign-in', () => {
  it('has no identity for a guest', () => {
    expect({ ...new VisitorDraft() }).toEqual({ identity: [], isRemembered: false });
  });

  it('keeps the stored identity', () => {
    const opened = recordOf({ identity: ['plan'], isRemembered: true });
    expect({ ...new VisitorDraft(opened) }).toEqual({ identity: ['plan'], isRemembered: true });
  });
});

describe('A sign-in', () => {
  it('records its values, the device, the time and whether the user is remembered', () => {
    const visitor = new VisitorDraft();
    visitor.signIn({ userId: 'u1', plan: 'premium' }, 5000, { rememberMe: true, label: 'Work laptop' });
    expect({ ...visitor }).toEqual({
      identity: ['plan'],
      isRemembered: true,
      device: { label: 'Work laptop' },
      signedInAt: 5000,
    });
  });

  it('without rememberMe resets the rememberMe of an earlier one', () => {
    const visitor = new VisitorDraft(recordOf({ isRemembered: true }));
    visitor.signIn({ userId: 'u1' }, 5000, {});
    expect([visitor.isRemembered, visitor.device]).toEqual([false, undefined]);
  });
});

describe('An update of the user’s data', () => {
  it('adds to the identity and the device, and is not a sign-in', () => {
    const visitor = new VisitorDraft(recordOf({ identity: ['plan'] }));
    visitor.update({ plan: 'basic', team: 'red' }, { userAgent: 'Browser' });
    visitor.update({}, { label: 'Phone' });
    expect({ ...visitor }).toEqual({
      identity: ['plan', 'team'],
      isRemembered: false,
      device: { userAgent: 'Browser', label: 'Phone' },
    });
  });

  it('is discarded by forget()', () => {
    const visitor = new VisitorDraft(recordOf({ identity: ['plan'] }));
    visitor.forget();
    expect(visitor.identity).toEqual([]);
  });
});
