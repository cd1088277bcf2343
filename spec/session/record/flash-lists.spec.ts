import { describe, expect, it } from '@jest/globals';
import { allMessages, changedMessages, messagesIn, underOneKey } from '../../../lib/session/record/flash-lists.js';
import type { Flash } from '../../../lib/session/record/session-record.js';

const flash = (value: number): Flash => ({ id: `id-${value}`, value });
const [one, two, three] = [flash(1), flash(2), flash(3)];

describe('Flash messages under one key', () => {
  it('are stored as the latest one, which contains the earlier ones', () => {
    expect(underOneKey([one])).toBe(one);
    expect(underOneKey([one, two, three])).toEqual({ ...three, earlier: [one, two] });
    expect(underOneKey([])).toBeUndefined();
  });

  it('are read back as a list, the oldest first', () => {
    expect(messagesIn(underOneKey([one, two, three]))).toEqual([one, two, three]);
    expect(messagesIn(one)).toEqual([one]);
    expect(messagesIn(undefined)).toEqual([]);
  });

  it('are listed and changed together with those of other keys', () => {
    const flashes = new Map<string, Flash>([
      ['notice', { ...two, earlier: [one] }],
      ['error', three],
    ]);
    expect(allMessages(flashes)).toEqual([
      ['notice', one],
      ['notice', two],
      ['error', three],
    ]);
    const left = changedMessages(flashes, (message, key) => {
      return key === 'error' || message.id === 'id-1' ? undefined : { ...message, value: 'other' };
    });
    expect([...left]).toEqual([['notice', { id: 'id-2', value: 'other' }]]);
  });
});
