import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PathIndex } from '../../lib/access/path-index.js';
import { PathPattern } from '../../lib/access/path-pattern.js';
import { InvalidOptionsError } from '../../lib/errors.js';

/** An independent reading of the language: a pattern's segments against a path's, by recursion. */
function isMatch(pattern: readonly string[], path: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return path.length === 0;
  if (head === '**' || head === '[...rest]')
    return path.some((_, at) => isMatch(rest, path.slice(at))) || isMatch(rest, []);
  if (head === '*')
    return path.some((_, at) => at > 0 && isMatch(rest, path.slice(at))) || (path.length > 0 && isMatch(rest, []));
  const [segment, ...others] = path;
  return segment !== undefined && fits(head, segment) && isMatch(rest, others);
}

function fits(head: string, segment: string): boolean {
  if (head === '[id]') return true;
  if (head === 'a*') return segment.startsWith('a');
  if (head === '*b') return segment.endsWith('b');
  if (head === '?') return segment.length === 1;
  if (head === '{a,ab}') return segment === 'a' || segment === 'ab';
  if (head === '[ab]*') return /^[ab]/.test(segment);
  return head === segment;
}

const patternSegments = fc.array(
  fc.constantFrom('a', 'b', 'ab', '.a', '*', '**', '[id]', '[...rest]', 'a*', '*b', '?', '{a,ab}', '[ab]*'),
  { maxLength: 5 },
);
const pathSegments = fc.array(fc.constantFrom('a', 'b', 'ab', '.a', 'c'), { maxLength: 6 });

describe('The index of patterns', () => {
  it('finds the pattern that a plain loop finds', () => {
    fc.assert(
      fc.property(
        fc.array(patternSegments, { maxLength: 12 }),
        fc.array(pathSegments, { maxLength: 8 }),
        (rules, paths) => {
          const patterns = rules.map((segments) => new PathPattern(`/${segments.join('/')}`));
          const index = new PathIndex(patterns);
          for (const segments of paths) {
            const path = `/${segments.join('/')}`;
            expect(index.first(path)).toBe(rules.findIndex((pattern) => isMatch(pattern, segments)));
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('matches as the pattern language says', () => {
    fc.assert(
      fc.property(patternSegments, pathSegments, (pattern, path) => {
        const index = new PathIndex([new PathPattern(`/${pattern.join('/')}`)]);
        expect(index.first(`/${path.join('/')}`) === 0).toBe(isMatch(pattern, path));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes a slash at the end, and several side by side, for nothing', () => {
    fc.assert(
      fc.property(fc.array(patternSegments, { maxLength: 6 }), pathSegments, (rules, path) => {
        const index = new PathIndex(rules.map((segments) => new PathPattern(`/${segments.join('/')}`)));
        expect(index.first(`//${path.join('//')}//`)).toBe(index.first(`/${path.join('/')}`));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['literals at one place', (at: number) => `/section-${at}`],
    ['what is under many places', (at: number) => `/section-${at}/**`],
    ['ends behind "**"', (at: number) => `/**/page-${at}`],
    ['globs that begin differently', (at: number) => `/tenant-${at}-*/**`],
    ['globs that end differently', (at: number) => `/**/*.${at}-pdf`],
    ['parameters', (at: number) => `/[lang]/section-${at}/[id]/edit`],
    ['the same segment between gaps', (at: number) => `/section-${at}/**/same/**`],
  ])('holds 10,000 patterns: %s', (_, patternOf) => {
    const index = new PathIndex(Array.from({ length: 10_000 }, (_, at) => new PathPattern(patternOf(at))));
    expect(index.first('/elsewhere')).toBe(-1);
  });

  it.each([
    [
      'segments between gaps',
      Array.from({ length: 65 }, (_, at) => `/**/a${at}/**`),
      '65 segments between two that may stand for several',
    ],
    ['globs that search', Array.from({ length: 20 }, (_, at) => `/*a${at}*b*`), 'too many wildcards that one path'],
    ['globs between gaps', Array.from({ length: 12 }, (_, at) => `/**/a${at}*/**`), 'too many wildcards that one path'],
  ])('refuses too many %s', (_, patterns, reason) => {
    const make = () => new PathIndex(patterns.map((pattern) => new PathPattern(pattern)));
    expect(make).toThrow(InvalidOptionsError);
    expect(make).toThrow(reason);
  });

  it('finds nothing among no patterns', () => {
    expect(new PathIndex([]).first('/')).toBe(-1);
  });

  it('finds the earlier of two equal patterns', () => {
    expect(new PathIndex([new PathPattern('/x'), new PathPattern('/a'), new PathPattern('/a')]).first('/a')).toBe(1);
  });

  it('finds the first of those that match, not the most specific', () => {
    const index = new PathIndex(['/admin/**', '/admin/users', '/*'].map((source) => new PathPattern(source)));
    expect(index.first('/admin/users')).toBe(0);
    expect(index.first('/other')).toBe(2);
  });

  it('takes names that objects are born with for plain segments', () => {
    const index = new PathIndex([new PathPattern('/a')]);
    expect(['/constructor', '/__proto__', '/a/toString'].map((path) => index.first(path))).toEqual([-1, -1, -1]);
    expect(new PathIndex([new PathPattern('/__proto__/x')]).first('/__proto__/x')).toBe(0);
  });

  it('asks each glob of a place once for each segment, however many wildcards stand before it', () => {
    let asked = 0;
    const counting = new PathPattern(`${'/**/a'.repeat(5)}/?x?/**`);
    const counted = counting.segments.map((matcher) =>
      matcher.kind === 'glob'
        ? {
            ...matcher,
            alternatives: matcher.alternatives.map((glob) => ({
              ...glob,
              test: (text: string) => ++asked > 0 && glob.test(text),
            })),
          }
        : matcher,
    );
    const index = new PathIndex([Object.assign(Object.create(PathPattern.prototype), { segments: counted })]);
    const segments = 8000;
    expect(index.first('/a'.repeat(segments))).toBe(-1);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(segments);
  });
});
