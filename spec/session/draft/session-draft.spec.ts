import { describe, expect, it } from '@jest/globals';
import { SessionCommittedError } from '../../../lib/errors/index.js';
import { SessionDraft } from '../../../lib/session/draft/session-draft.js';
import { FlashBag } from '../../../lib/session/flash-bag.js';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { recordOf } from '../../support/records.js';

function draftOver(record?: SessionRecord): SessionDraft {
  return new SessionDraft(record, new FlashBag(record?.flashes));
}

describe('The draft of a session', () => {
  it('generates an id on first access and keeps it', () => {
    const draft = draftOver();
    expect(draft.isDirty).toBe(false);
    expect(draft.id).toHaveLength(43);
    expect(draft.id).toBe(draft.id);
    expect(draft.isDirty).toBe(false);
  });

  it('is dirty once the id of a stored session has changed', () => {
    const record = recordOf();
    const draft = draftOver(record);
    expect(draft.isDirty).toBe(false);
    draft.regenerate();
    expect(draft.id).not.toBe(record.id);
    expect(draft.isDirty).toBe(true);
  });

  it('remembers which stored session it ended, even after a roll-back', () => {
    const record = recordOf();
    const draft = draftOver(record);
    draft.end();
    const later = draft.id;
    draft.rollBack();
    expect(draft).toMatchObject({ ended: record, wasEnded: true, opened: undefined });
    expect(draft.id).not.toBe(later);
  });

  it('returns to the opened session when it is rolled back', () => {
    const record = { ...recordOf({ values: { userId: 'ada' } }), identity: ['team'] };
    const draft = draftOver(record);
    draft.signIn({ userId: 'bob', plan: 'free' }, record.createdAt + 5000);
    expect(draft).toMatchObject({ createdAt: record.createdAt + 5000, cleared: true, visitor: { identity: ['plan'] } });
    draft.rollBack();
    expect(draft).toMatchObject({
      id: record.id,
      createdAt: record.createdAt,
      visitor: { identity: ['team'] },
      cleared: false,
    });
  });

  it('restarts from the committed record', () => {
    const draft = draftOver(recordOf());
    draft.end();
    const next = { ...recordOf(), id: 'n'.repeat(43) };
    draft.settle(next);
    expect(draft).toMatchObject({ opened: next, id: next.id, ended: undefined, wasEnded: false, isDirty: false });
  });

  it('removes identity values at a sign-in, no matter which code had set them', () => {
    const draft = draftOver(recordOf({ values: { roles: ['admin'], cart: 1 } }));
    draft.signIn({ userId: 'ada', plan: 'free' }, 0);
    draft.updateVisitor({ team: 'red' });
    draft.signIn({ userId: 'ada' }, 0);
    expect(draft.values.all()).toEqual({ userId: 'ada', cart: 1 });
  });

  it('counts changes, and is used by them', () => {
    const draft = draftOver();
    expect(draft).toMatchObject({ isUsed: false, isClosed: false, revision: 0 });
    draft.changing('session.set()');
    draft.changing('session.set()');
    expect(draft).toMatchObject({ isUsed: true, revision: 2 });
  });

  it('rejects changes once it is closed, with an error that names them', () => {
    const draft = draftOver();
    draft.close();
    expect(() => draft.changing('session.set()')).toThrow(SessionCommittedError);
    expect(() => draft.changing('session.set()')).toThrow('session.set()');
    expect(draft.revision).toBe(0);
  });

  it('without a readable record is dirty after any change, until that is rolled back', () => {
    const draft = draftOver();
    draft.failure = new Error('away');
    expect(draft.isDirty).toBe(false);
    draft.changing('session.unset()').unset('cart');
    expect(draft.isDirty).toBe(true);
    draft.rollBack();
    expect(draft.isDirty).toBe(false);
  });

  it('can be kept while it is empty, but only for this request while it is hidden', () => {
    const record = recordOf({ values: { userId: 'ada' } });
    const draft = draftOver(record);
    draft.standAsideFor(draftOver(recordOf({ values: { userId: 'bob' } })));
    draft.keep('csrfToken()');
    expect([draft.contents.lasts, draft.own.lasts, draft.isDirty]).toEqual([true, false, false]);
    draft.standAsideFor(draft);
    draft.keep('csrfToken()');
    expect([draft.contents.lasts, draft.own.lasts, draft.isDirty]).toEqual([true, true, true]);
    draft.close();
    expect(() => draft.keep('csrfToken()')).toThrow('csrfToken() came too late');
  });

  it('keeps its changes on top of another record', () => {
    const fitted = { shown: new Map([['count', 2]]), migrated: new Map([['count', 2]]) };
    const draft = draftOver({ ...recordOf({ values: { count: '2' } }), fitted });
    draft.values.set('theme', 'dark');
    draft.rebase({ ...recordOf({ values: { count: '2' } }), fitted: { shown: fitted.shown } });
    expect(draft.values.all()).toEqual({ count: 2, theme: 'dark' });
    expect([draft.opened?.fitted?.migrated, draft.revision]).toEqual([undefined, 1]);
  });
});
