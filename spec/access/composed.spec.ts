import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composed } from '../../lib/access/composed.js';

const marks = Array.from({ length: 0x1f000 }, (_, point) => point)
  .filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
  .map((point) => String.fromCodePoint(point))
  .filter((character) => /\p{M}/u.test(character));

describe('The composed form', () => {
  it('is that of Unicode, however long the runs of marks are', () => {
    const run = fc
      .uniqueArray(fc.constantFrom(...marks), { minLength: 1, maxLength: 8 })
      .chain((few) => fc.array(fc.constantFrom(...few), { maxLength: 150, size: 'max' }));
    const starter = fc.constantFrom('', 'a', 'é', '/', '\u1ea1', '\u1112\u1161');
    fc.assert(
      fc.property(fc.array(fc.tuple(starter, run), { maxLength: 4 }), (parts) => {
        const text = parts.map(([first, more]) => first + more.join('')).join('');
        expect(composed(text)).toBe(text.normalize('NFC'));
      }),
      { numRuns: 2000 },
    );
  });

  it('joins a letter and its mark', () => {
    expect(composed('cafe\u0301')).toBe('café');
  });
});
