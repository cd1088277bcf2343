import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PathSegments } from '../../lib/access/path-segments.js';

const paths = fc.array(fc.constantFrom('/', '//', 'a', 'bc'), { maxLength: 8 }).map((parts) => parts.join(''));

describe('The segments of a path, one by one', () => {
  it('are those between the slashes, from either end', () => {
    fc.assert(
      fc.property(paths, fc.nat(8), (path, index) => {
        const all = path.split('/').filter((segment) => segment !== '');
        const segments = new PathSegments(path);
        expect(segments.at(index)).toBe(all[index]);
        expect(segments.fromEnd(index)).toBe(all.toReversed()[index]);
        expect(segments.hasAtLeast(index)).toBe(all.length >= index);
      }),
      { numRuns: 2000 },
    );
  });

  it('are in the composed form of Unicode', () => {
    expect(new PathSegments('/cafe\u0301').at(0)).toBe('café');
  });
});
