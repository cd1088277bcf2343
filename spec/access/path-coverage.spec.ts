import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covers } from '../../lib/access/path-coverage.js';
import { PathIndex } from '../../lib/access/path-index.js';
import { PathPattern } from '../../lib/access/path-pattern.js';

const coversPattern = (earlier: string, later: string) =>
  covers(new PathPattern(earlier).segments, new PathPattern(later).segments);

const matches = (pattern: string, path: string) => new PathIndex([new PathPattern(pattern)]).first(path) === 0;

const written = fc
  .array(fc.constantFrom('a', 'b', 'ab', '*', '**', '[id]', '[...rest]', 'a*', '?', '{a,ab}'), { maxLength: 4 })
  .filter((segments) => !segments.join('/').includes('**/**'))
  .map((segments) => `/${segments.join('/')}`);
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'c'), { maxLength: 6 })
  .map((segments) => `/${segments.join('/')}`);

describe('Whether one pattern covers another', () => {
  it.each([
    ['/admin', '/admin', true],
    ['/admin', '/admin/users', false],
    ['/admin/**', '/admin', true],
    ['/admin/**', '/admin/users/[id]', true],
    ['/admin/**', '/admin/*', true],
    ['/admin/*', '/admin/**', false],
    ['/admin/*', '/admin/users', true],
    ['/admin/*', '/admin', false],
    ['/**', '/', true],
    ['/**', '/a/**/b', true],
    ['/*', '/**', false],
    ['/*', '/[id]/*', true],
    ['/[id]', '/admin', true],
    ['/[id]', '/*', false],
    ['/[...rest]', '/*', true],
    ['/a/**/z', '/a/b/z', true],
    ['/a/**/z', '/a/**', false],
    ['/files/*.pdf', '/files/report.pdf', true],
    ['/files/*.pdf', '/files/*.pdf', true],
    ['/files/*.pdf', '/files/[name]', false],
    ['/files/*', '/files/*.pdf', true],
    ['/admin/users', '/admin/**', false],
    ['/_actions/admin.*', '/_actions/admin.remove', true],
  ])('%s covers %s: %s', (earlier, later, expected) => {
    expect(coversPattern(earlier, later)).toBe(expected);
  });

  it('never says so of a path that the covering pattern does not match', () => {
    fc.assert(
      fc.property(written, written, fc.array(path, { minLength: 20, maxLength: 40 }), (earlier, later, paths) => {
        fc.pre(coversPattern(earlier, later));
        for (const each of paths)
          if (matches(later, each)) expect([each, matches(earlier, each)]).toEqual([each, true]);
      }),
      { numRuns: 500 },
    );
  });

  it('says it of every pattern and itself, and of what is under a folder', () => {
    fc.assert(
      fc.property(written, (pattern) => {
        expect(coversPattern(pattern, pattern)).toBe(true);
        expect(coversPattern('/**', pattern)).toBe(true);
        expect(coversPattern('/a/**', `/a${pattern}`)).toBe(true);
      }),
    );
  });

  it.each([
    ['/**/a'.repeat(6), `${'/**/a'.repeat(5)}/**${'/[id]'.repeat(38)}`],
    [`/**/a${'/[id]'.repeat(47)}`, '/**/a'.repeat(6)],
  ])('takes no time for patterns full of wildcards', (earlier, later) => {
    const start = performance.now();
    coversPattern(earlier, later);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
