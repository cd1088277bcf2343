import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GlobTable } from '../../lib/access/glob-table.js';
import { compileGlob } from '../../lib/access/segment-glob.js';

const GLOBS = ['a*', 'ab*', '*b', '*ab', 'a*b', '*a*', '?', '?b', 'a?', '[ab]*', '{a,b*}', 'é*', '*'];
const segments = fc
  .array(fc.constantFrom('a', 'b', 'é'), { minLength: 1, maxLength: 4 })
  .map((units) => units.join(''));

function tableOf(globs: readonly string[]): GlobTable<string> {
  const table = new GlobTable<string>();
  for (const glob of globs) for (const alternative of compileGlob(glob)) table.add(alternative, glob);
  return table;
}

describe('The table of globs', () => {
  it('finds the globs that fit, and no others', () => {
    fc.assert(
      fc.property(fc.subarray(GLOBS), segments, (globs, segment) => {
        const found = new Set<string>();
        tableOf(globs).match(segment, (glob) => found.add(glob));
        const fitting = globs.filter((glob) => compileGlob(glob).some(({ test }) => test(segment)));
        expect([...found].toSorted()).toEqual(fitting.toSorted());
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [['a*', 'b*', 'c*'], 1],
    [['a*', 'ab*', 'b*'], 2],
    [['*a', '*b'], 1],
    [['*a*', '*b*'], 2],
    [['{*a*,*b*}'], 1],
  ])('counts of %j at most %i for one segment', (globs, expected) => {
    expect(
      tableOf(globs).effort(
        () => 0,
        () => 1,
      ),
    ).toEqual({ tests: 0, values: expected });
  });
});
