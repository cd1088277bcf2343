import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UnreadablePathError } from '../../../lib/access/paths/canonical-path.js';
import { PathIndex } from '../../../lib/access/paths/path-index.js';
import { PathPattern } from '../../../lib/access/paths/path-pattern.js';

/** Implements the language independently: tells for each prefix of a pattern which prefixes of the path it matches. */
function isMatch(pattern: readonly string[], path: readonly string[]): boolean {
  let matched = [true, ...path.map(() => false)];
  for (const head of pattern) {
    const before = matched;
    const isAny = head === '**' || head === '[...rest]';
    matched = before.map((_, at) => {
      if (isAny) return before.slice(0, at + 1).includes(true);
      if (head === '*') return before.slice(0, at).includes(true);
      return at > 0 && before[at - 1] === true && fits(head, path[at - 1] ?? '');
    });
  }
  return matched[path.length] === true;
}

function fits(head: string, segment: string): boolean {
  if (head === '[id]') return true;
  if (head === 'a*') return segment.startsWith('a');
  if (head === '*b') return segment.endsWith('b');
  if (head === '?') return segment.length === 1;
  if (head === '*a*b*') return /a.*b/.test(segment);
  if (head === '{a,ab}') return segment === 'a' || segment === 'ab';
  if (head === '[ab]*') return /^[ab]/.test(segment);
  return head === segment;
}

const patternSegments = fc.array(
  fc.constantFrom('a', 'b', 'ab', '.a', '*', '**', '[id]', '[...rest]', 'a*', '*b', '?', '*a*b*', '{a,ab}', '[ab]*'),
  { maxLength: 8 },
);
const pathSegments = fc.array(fc.constantFrom('a', 'b', 'ab', '.a', 'c'), { maxLength: 9 });

/** Builds a path as long as a request can hold. */
function longest(segmentAt: (at: number) => string, count = 255): string {
  return `/${Array.from({ length: count }, (_, at) => segmentAt(at)).join('/')}`.slice(0, 16_000);
}

/** @returns The position of the pattern, or "unreadable" where matching would take too long. */
function found(index: PathIndex, path: string): number | 'unreadable' {
  try {
    return index.first(path);
  } catch (error) {
    if (error instanceof UnreadablePathError) return 'unreadable';
    throw error;
  }
}

const rulesOf = (count: number, patternOf: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => patternOf(at));
const indexOf = (patterns: readonly string[]) => PathIndex.of(patterns);
const binary = (at: number, zero: string, one: string) =>
  Array.from({ length: 10 }, (_, bit) => ((at >> bit) % 2 === 0 ? zero : one)).join('/');

describe('The index of patterns', () => {
  it('finds the same pattern as a plain loop', () => {
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

  it('matches as the pattern language specifies', () => {
    fc.assert(
      fc.property(patternSegments, pathSegments, (pattern, path) => {
        const index = new PathIndex([new PathPattern(`/${pattern.join('/')}`)]);
        expect(index.first(`/${path.join('/')}`) === 0).toBe(isMatch(pattern, path));
      }),
      { numRuns: 5000 },
    );
  });

  it('ignores trailing and repeated slashes', () => {
    fc.assert(
      fc.property(fc.array(patternSegments, { maxLength: 6 }), pathSegments, (rules, path) => {
        const index = new PathIndex(rules.map((segments) => new PathPattern(`/${segments.join('/')}`)));
        expect(index.first(`//${path.join('//')}//`)).toBe(index.first(`/${path.join('/')}`));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['literals', (at: number) => `/section-${at}`],
    ['folders and everything below them', (at: number) => `/section-${at}/**`],
    ['endings after "**"', (at: number) => `/**/page-${at}`],
    ['globs with different prefixes', (at: number) => `/tenant-${at}-*/**`],
    ['globs with different suffixes', (at: number) => `/**/*.${at}-pdf`],
    ['parameters', (at: number) => `/[lang]/section-${at}/[id]/edit`],
    ['the same segment between wildcards', (at: number) => `/section-${at}/**/same/**`],
  ])('holds 10,000 patterns: %s', (_, patternOf) => {
    const index = new PathIndex(Array.from({ length: 10_000 }, (_, at) => new PathPattern(patternOf(at))));
    expect(index.first('/elsewhere')).toBe(-1);
  });

  it('finds nothing without patterns', () => {
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

  it('treats the names of Object.prototype as ordinary segments', () => {
    const index = new PathIndex([new PathPattern('/a')]);
    expect(['/constructor', '/__proto__', '/a/toString'].map((path) => index.first(path))).toEqual([-1, -1, -1]);
    expect(new PathIndex([new PathPattern('/__proto__/x')]).first('/__proto__/x')).toBe(0);
  });

  it('tests each glob once per segment, however many wildcards precede it', () => {
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
    const segments = 255;
    expect(index.first('/a'.repeat(segments))).toBe(-1);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(segments);
  });
});

describe.each<[string, string[], string, number]>([
  ['10,000 that all begin with "**"', rulesOf(10_000, (at) => `/**/a${at}/**/z`), '/x/a7/b/z', 7],
  ['pairs after "**"', rulesOf(10_000, (at) => `/**/a${at % 100}/**/b${Math.floor(at / 100)}/**/z`), '/a3/b2/z', 203],
  ['as many "**" as a pattern can have', rulesOf(50, (at) => `${'/**/a'.repeat(24)}/${at}`), `${'/a'.repeat(24)}/9`, 9],
  ['many positions reached by one segment', rulesOf(1024, (at) => `/**/${binary(at, 'a', '[id]')}/z`), '/a/z', -1],
  ['many wildcards reached by one segment', rulesOf(1024, (at) => `/${binary(at, 'a', '**/a')}/z`), '/a/a/z', -1],
  ['many globs for one segment', rulesOf(300, (at) => `/**/*a${at}*b*`), '/x/xa41bb', 4],
  ['many wildcards in a segment', rulesOf(20, (at) => `/**/${'*a*b'.repeat(20)}*c${at}*`), '/ababc7', -1],
  ['long literals between wildcards', rulesOf(20, (at) => `/**/*${'a'.repeat(60)}${at}*`), `/b/b${'a'.repeat(60)}8`, 8],
  ['brackets', rulesOf(100, (at) => `/**/*[ab]${'[a]'.repeat(15)}${at}`), `/${'a'.repeat(16)}7`, 7],
  ['groups', rulesOf(100, (at) => `/**/+(a)[b]${at}`), '/aab7', 7],
  ['parameters after "**"', rulesOf(40, (at) => `/**/${'[id]/'.repeat(at + 1)}z`), '/a/b/c/z', 0],
])('An index of expensive patterns (%s)', (_, patterns, ordinary, position) => {
  const index = indexOf(patterns);

  it('matches an ordinary path', () => {
    expect(index.first(ordinary)).toBe(position);
  });

  it.each([
    ['different segments', longest((at) => `a${at}`)],
    ['two kinds of segments', longest((at) => (at < 128 ? `a${at}` : `b${at - 128}`))],
    ['one repeated segment', longest(() => 'a')],
    ['long segments', longest(() => 'a'.repeat(60))],
    ['long segments of two letters', longest(() => 'ab'.repeat(30))],
    ['one long segment', longest(() => 'a'.repeat(16_000), 1)],
    ['one long segment of two letters', longest(() => 'ab'.repeat(8_000), 1)],
    ['more segments than a request may have', longest(() => 'a', 8_000)],
  ])('quickly decides on a path of %s', (_name, path) => {
    // The benchmark holds this to 1 ms; here other processes use the machine as well.
    let fastest = Number.POSITIVE_INFINITY;
    for (let times = 0; times < 50 && fastest >= 5; times++) {
      const start = performance.now();
      found(index, path);
      fastest = Math.min(fastest, performance.now() - start);
    }
    expect(fastest).toBeLessThan(5);
    const answer = found(index, path);
    // None of these paths ends as the patterns require.
    expect([-1, 'unreadable']).toContain(answer);
  });
});

describe('PathIndex.matches()', () => {
  const costly = indexOf(rulesOf(10_000, (at) => `/**/a${at}/**/z`));

  it('returns the result for every readable path', () => {
    expect([costly.matches('/a1/z', false), costly.matches('/a1', true)]).toEqual([true, false]);
  });

  it('returns the given default where matching would take too long', () => {
    const path = longest((at) => `a${at}`);
    expect(() => costly.first(path)).toThrow(UnreadablePathError);
    expect([costly.matches(path, true), costly.matches(path, false)]).toEqual([true, false]);
  });
});
