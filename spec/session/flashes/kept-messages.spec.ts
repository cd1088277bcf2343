import { describe, expect, it } from '@jest/globals';
import { KeptMessages } from '../../../lib/session/flashes/kept-messages.js';

const SAVED = { id: 'saved', value: 'Saved' };

describe('Kept messages', () => {
  it('are copied once, under a new id, when their key was chosen', () => {
    const kept = new KeptMessages();
    expect(kept.copiesOf('notice', [SAVED])).toEqual([]);
    kept.choose('notice');
    const [copy] = kept.copiesOf('notice', [SAVED]);
    expect(copy).toEqual({ id: expect.not.stringMatching(/^saved$/), value: 'Saved' });
    expect(kept.copiesOf('notice', [SAVED])).toEqual([]);
    expect([kept.has(copy?.id ?? ''), kept.has('saved')]).toEqual([true, false]);
    expect(kept.copies).toEqual([['notice', copy?.id]]);
  });

  it('are of every key when none was chosen, without the data of the package', () => {
    const kept = new KeptMessages();
    kept.choose();
    const copies = kept.copiesOf('notice', [
      { ...SAVED, until: 5 },
      { id: 'form', value: {}, yields: true },
    ]);
    expect(copies).toEqual([{ id: expect.any(String), value: 'Saved', until: 5 }]);
  });
});
