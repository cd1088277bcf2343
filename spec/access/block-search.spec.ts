import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BlockSearch, LONGEST_BLOCK } from '../../lib/access/block-search.js';

function plainly(block: string, text: string, from: number, to: number): number {
  for (let at = from; at + block.length <= to; at++) {
    const fits = Array.from(block).every((unit, offset) => unit === '?' || unit === text[at + offset]);
    if (fits) return at + block.length;
  }
  return -1;
}

const text = (maxLength: number, ...units: string[]) =>
  fc.array(fc.constantFrom(...units), { minLength: 1, maxLength }).map((picked) => picked.join(''));

describe('The search for a block', () => {
  it('finds the first place that a plain search finds', () => {
    fc.assert(
      fc.property(text(5, 'a', 'b', 'é', '?'), text(30, 'a', 'b', 'é', '漢', '?'), fc.nat(8), (block, within, from) => {
        const to = within.length - (from % 3);
        expect(new BlockSearch(block).endOfFirst(within, from, to)).toBe(plainly(block, within, from, to));
      }),
      { numRuns: 5000 },
    );
  });

  it('finds a block as long as a word has bits', () => {
    const block = `${'a'.repeat(LONGEST_BLOCK - 1)}b`;
    expect(new BlockSearch(block).endOfFirst(`aaa${block}b`, 0, 100)).toBe(3 + LONGEST_BLOCK);
  });
});
