import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PathIndex } from '../../../lib/access/paths/path-index.js';
import { PathPattern } from '../../../lib/access/paths/path-pattern.js';
import { covers, overlaps } from '../../../lib/access/paths/pattern-sets.js';

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

describe('covers()', () => {
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
  ])('decides whether a pattern includes another: %s covers %s: %s', (earlier, later, expected) => {
    expect(coversPattern(earlier, later)).toBe(expected);
  });

  it('is true only if the first pattern matches every path of the other', () => {
    fc.assert(
      fc.property(written, written, fc.array(path, { minLength: 20, maxLength: 40 }), (earlier, later, paths) => {
        fc.pre(coversPattern(earlier, later));
        for (const each of paths)
          if (matches(later, each)) expect([each, matches(earlier, each)]).toEqual([each, true]);
      }),
      { numRuns: 500 },
    );
  });

  it('is true for a pattern and itself, and for a folder and what is below it', () => {
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
    ['/**/a'.repeat(25), '/**/a'.repeat(25)],
    ['/**/a'.repeat(25), '/**/[id]'.repeat(25)],
    [`${'/**/a'.repeat(12)}${'/[id]'.repeat(26)}`, `/**/${'[id]/**/'.repeat(24)}a`],
  ])('is fast for patterns full of wildcards (%#)', (earlier, later) => {
    const start = performance.now();
    coversPattern(earlier, later);
    overlaps(new PathPattern(earlier).segments, new PathPattern(later).segments);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('overlaps()', () => {
  it.each([
    ['/admin', '/admin', true],
    ['/admin', '/about', false],
    ['/admin/**', '/admin', true],
    ['/admin/**', '/admin/users', true],
    ['/admin/**', '/administrator', false],
    ['/admin/*', '/admin', false],
    ['/admin/*', '/admin/users/4', true],
    ['/admin/users', '/admin/[page]', true],
    ['/admin/users', '/blog/[page]', false],
    ['/admin/users', '/[...slug]', true],
    ['/admin/users/4', '/admin/[...rest]/4', true],
    ['/admin/*/edit', '/admin/[...rest]', true],
    ['/files/*.pdf', '/files/report.pdf', true],
    ['/files/*.pdf', '/files/report.txt', false],
    ['/files/*.pdf', '/files/[name]', true],
    ['/files/*.pdf', '/files/report-*', true],
    ['/files/admin-*', '/files/report-*', false],
    ['/files/*-old', '/files/*-new', false],
    ['/files/a?c', '/files/?b*', true],
    ['/files/{a,b}*', '/files/c*', false],
    ['/files/[ab]*', '/files/c*', true],
    ['/**', '/', true],
    ['/', '/[...slug]', true],
    ['/a/**/z', '/a/[...rest]', true],
    ['/a/**/z', '/b/[...rest]', false],
  ])('decides whether a rule and a route share a path: %s and %s: %s', (rule, route, expected) => {
    expect(overlaps(new PathPattern(rule).segments, new PathPattern(route).segments)).toBe(expected);
  });
});
