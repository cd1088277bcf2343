import { describe, expect, it } from '@jest/globals';
import { DraftContents } from '../../../lib/session/draft/draft-contents.js';
import { ImpersonationDraft } from '../../../lib/session/draft/impersonation-draft.js';
import { FlashBag } from '../../../lib/session/flash-bag.js';
import type { Impersonation } from '../../../lib/session/record/session-record.js';
import { recordOf } from '../../../lib/testing/records.js';

const CLEO: Impersonation = { values: new Map([['userId', 'cleo']]), startedAt: 1, until: 2 };
const contentsOf = (values: Record<string, unknown>) => new DraftContents(new FlashBag(), recordOf({ values }));
const draftOf = (opened?: Impersonation, values: Record<string, unknown> = { userId: 'sam' }) =>
  new ImpersonationDraft(contentsOf(values), opened);

describe('The impersonation of a request', () => {
  it('is as stored, and shows the values of the user with the messages of the browser', () => {
    const own = contentsOf({ userId: 'sam' });
    const draft = new ImpersonationDraft(own, CLEO);
    expect([draft.current, draft.change]).toEqual([CLEO, undefined]);
    expect(draft.contents?.values.all()).toEqual({ userId: 'cleo' });
    expect(draft.contents?.flashes).toBe(own.flashes);
  });

  it('begins, and is then to be stored', () => {
    const draft = draftOf();
    expect([draft.current, draft.contents, draft.change]).toEqual([undefined, undefined, undefined]);
    draft.begin(CLEO);
    expect(draft.change).toBe(CLEO);
    draft.restart(CLEO);
    expect(draft.change).toBeUndefined();
  });

  it('ends with its reason, and stays ended when the request fails', () => {
    const draft = draftOf(CLEO);
    draft.end('expired');
    expect([draft.current, draft.contents, draft.change, draft.endedBy]).toEqual([
      undefined,
      undefined,
      null,
      'expired',
    ]);
    draft.rollBack();
    expect([draft.current, draft.change]).toEqual([undefined, null]);
  });

  it('has not begun when the request fails', () => {
    const draft = draftOf();
    draft.begin(CLEO);
    draft.rollBack();
    expect([draft.current, draft.change]).toEqual([undefined, undefined]);
  });

  it('stores what is updated, and forgets what a page has set', () => {
    const draft = draftOf(CLEO);
    draft.contents?.values.put({ note: 'seen by this request' });
    draft.update({ role: 'vip', userId: 'cleo' });
    expect(draft.contents?.values.all()).toEqual({ userId: 'cleo', note: 'seen by this request', role: 'vip' });
    expect(draft.change).toEqual({ ...CLEO, values: new Map(Object.entries({ userId: 'cleo', role: 'vip' })) });
    draft.update({ role: undefined });
    expect(draft.current?.values).toEqual(CLEO.values);
  });

  it.each([{}, { userId: 7 }])('is none in a session without a user: %j', (values) => {
    const draft = draftOf(CLEO, values);
    expect([draft.current, draft.contents, draft.change]).toEqual([undefined, undefined, null]);
  });

  it('does nothing where there is none', () => {
    const draft = draftOf();
    draft.end('stopped');
    draft.update({ role: 'vip' });
    expect([draft.change, draft.endedBy]).toEqual([undefined, undefined]);
  });
});
