import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GlobTable } from '../../../lib/access/paths/glob-table.js';
import { compileGlob } from '../../../lib/access/paths/segment-glob.js';

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
  it('finds the globs that match, and no others', () => {
    fc.assert(
      fc.property(fc.subarray(GLOBS), segments, (globs, segment) => {
        const found = new Set<string>();
        tableOf(globs).forEachNear(segment, ({ glob, value }) => {
          if (glob.test(segment)) found.add(value);
        });
        const fitting = globs.filter((glob) => compileGlob(glob).some(({ test }) => test(segment)));
        expect([...found].toSorted()).toEqual(fitting.toSorted());
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [['a*', 'b*', 'c*'], 'ax', ['a*'], 1],
    [['a*', 'ab*', 'b*'], 'abx', ['a*', 'ab*'], 2],
    [['*a', '*b'], 'xb', ['*b'], 1],
    [['a*', '*b', '*ab', '[ab]', '*'], 'ab', ['a*', '[ab]', '*', '*b', '*ab'], 4],
  ])('narrows %j for the segment %s down to %j with %i lookups', (globs, segment, expected, lookups) => {
    const near: string[] = [];
    const table = tableOf(globs);
    table.forEachNear(segment, ({ value }) => near.push(value));
    expect(near).toEqual(expected);
    expect(table.lookups).toBe(lookups);
  });
});
