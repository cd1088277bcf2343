import { describe, expect, it } from '@jest/globals';
import { SessionCommittedError } from '../../../lib/errors/index.js';
import { FlashLedger } from '../../../lib/session/flashes/flash-claims.js';
import { FlashDraft } from '../../../lib/session/flashes/flash-draft.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { recordOf } from '../../support/records.js';

function draftWith(flashes: Record<string, unknown>): FlashDraft {
  return new FlashDraft(recordOf({ flashes }).flashes);
}

describe('A draft of flash messages', () => {
  it('lists added and taken messages, and is not dirty before', () => {
    const draft = draftWith({ notice: 'Saved' });
    expect([draft.isDirty, draft.added.size, draft.taken.size]).toEqual([false, 0, 0]);
    draft.deliver('notice');
    draft.append('error', 'Wrong');
    expect([draft.isDirty, [...draft.added.keys()], [...draft.taken]]).toEqual([true, ['error'], ['flash-notice']]);
  });

  it('lists the keys of stored, added and delivered messages', () => {
    const draft = draftWith({ notice: 'Saved' });
    draft.append('error', 'Wrong');
    draft.deliver('error');
    expect(draft.keys()).toEqual(['notice', 'error']);
  });

  it('delivers nothing while it is held or closed, and accepts nothing while it is closed', () => {
    const draft = draftWith({ notice: 'Saved' });
    draft.hold();
    expect([draft.deliver('notice'), draft.isDeliverable]).toEqual([[], false]);
    draft.hold(false);
    draft.isClosed = true;
    expect([draft.deliver('notice'), draft.isDeliverable]).toEqual([[], false]);
    expect(() => draft.append('notice', 'more')).toThrow(SessionCommittedError);
    draft.isClosed = false;
    expect(draft.deliver('notice')).toHaveLength(1);
  });

  it('keeps temporary entries beside the messages until they expire, readable by every request', () => {
    const clock = new FrozenClock();
    const until = clock.now() + 2000;
    const before = new FlashDraft();
    before.replace('note', 'first', { until, yields: true });
    before.replace('note', 'second', { until, yields: true });
    before.append('notice', 'Saved');
    expect(before.keys()).toEqual(['notice']);
    expect(before.added.get('note')).toEqual({ id: expect.any(String), value: 'second', until, yields: true });
    const ledger = new FlashLedger(clock);
    const [one, other] = [new FlashDraft(before.added, ledger.open()), new FlashDraft(before.added, ledger.open())];
    expect([one.deliver('note').length, other.deliver('note').length]).toEqual([1, 1]);
    expect([one.deliver('notice').length, other.deliver('notice').length]).toEqual([1, 0]);
    expect(one.keys()).toEqual(['notice']);
    clock.advance(2);
    const late = new FlashDraft(before.added, ledger.open());
    expect([late.has('note'), late.deliver('note'), late.latest('note')]).toEqual([false, [], undefined]);
  });

  it('can start over from other messages', () => {
    const draft = draftWith({ notice: 'Saved' });
    draft.append('error', 'Wrong');
    draft.startOver(recordOf({ flashes: { info: 'Hello' } }).flashes);
    expect([draft.keys(), draft.isDirty]).toEqual([['info'], false]);
  });
});
