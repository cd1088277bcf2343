import { describe, expect, it } from '@jest/globals';
import { WaitingMessages } from '../../../lib/session/flashes/waiting-messages.js';
import { recordOf } from '../../support/records.js';

const { flashes: STORED } = recordOf({ flashes: { notice: 'Saved' } });

describe('Waiting messages', () => {
  it('are the stored ones, and those of this request in their order', () => {
    const waiting = new WaitingMessages(STORED);
    waiting.add('notice', [{ id: 'b', value: 'second' }]);
    waiting.addFirst('notice', [{ id: 'a', value: 'first' }]);
    expect(waiting.under('notice').map(({ value }) => value)).toEqual(['Saved', 'first', 'second']);
    expect(waiting.added.get('notice')).toEqual({ id: 'b', value: 'second', earlier: [{ id: 'a', value: 'first' }] });
    expect(waiting.isChanged).toBe(true);
  });

  it('can be retired and restored', () => {
    const waiting = new WaitingMessages(STORED);
    waiting.add('error', [{ id: 'a', value: 'Wrong' }]);
    waiting.retire('error', 'a');
    waiting.retire('notice', 'flash-notice');
    expect([waiting.isEmpty, [...waiting.taken], waiting.added.size]).toEqual([true, ['flash-notice'], 0]);
    expect([waiting.restore('flash-notice'), waiting.restore('flash-notice'), waiting.isEmpty]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('last until the latest of them expires', () => {
    const waiting = new WaitingMessages(undefined, 10);
    expect(waiting.livesUntil).toBe(Number.POSITIVE_INFINITY);
    waiting.startOver(
      new Map([['note', { id: 'a', value: 1, until: 20, earlier: [{ id: 'b', value: 2, until: 5 }] }]]),
    );
    expect([waiting.livesUntil, waiting.all().length]).toEqual([20, 1]);
  });
});
