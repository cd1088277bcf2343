import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodedFully } from '../../lib/access/percent-decoding.js';

/** The plain way: each run of escapes by the platform's own decoder. */
function oneLevel(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run.replace(/%[0-7][0-9a-f]/gi, decodeURIComponent);
    }
  });
}

function byLevels(text: string, levels: number): string | undefined {
  let path = text;
  for (let level = 1; level <= levels; level++) {
    const next = oneLevel(path);
    if (next === path) return path;
    path = next;
  }
  return undefined;
}

const BYTES = ['25', '61', '41', '2f', 'c3', 'a9', 'C3', 'A9', 'ff', '80', 'c0', 'e2', '82', 'ac', 'ed', 'a0'];
const MORE_BYTES = ['f0', '9f', '98', 'f4', '90', 'e0', 'bf', 'c2', '00'];
const piece = fc.oneof(
  fc.constantFrom(...BYTES, ...MORE_BYTES).map((byte) => `%${byte}`),
  fc.constantFrom('%', '2', '5', '25', 'a', 'é', '/', '%2', '\u{1f600}'),
);

describe('Decoding until nothing is left', () => {
  it('gives what decoding level by level gives', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), fc.integer({ min: 1, max: 10 }), (pieces, levels) => {
        const text = pieces.join('');
        expect(decodedFully(text, levels)).toBe(byLevels(text, levels));
      }),
      { numRuns: 20_000 },
    );
  });

  it('gives a text longer than what can be put together at once', () => {
    expect(decodedFully('%61'.repeat(10_000), 2)).toBe('a'.repeat(10_000));
  });
});
