import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PathIndex } from '../../../lib/access/paths/path-index.js';
import { PathPattern, segmentsOf } from '../../../lib/access/paths/path-pattern.js';
import { InvalidOptionsError } from '../../../lib/errors/index.js';

interface Case {
  readonly pattern: string;
  readonly path: string;
  readonly matches: boolean;
  readonly why: string;
}

/**
 * Reads the listed cases. Where the list has a pattern and a path twice, the later entry is the one that holds
 * ("/users/[id]" was first read as in micromatch, then as in Astro).
 */
function decidedCases(): Case[] {
  const listed: Case[] = JSON.parse(readFileSync(join(import.meta.dirname, '../cases/path-match.json'), 'utf8'));
  return [...new Map(listed.map((entry) => [JSON.stringify([entry.pattern, entry.path]), entry])).values()];
}

function matches(pattern: string, path: string): boolean {
  return new PathIndex([new PathPattern(pattern)]).first(path) === 0;
}

describe('A path pattern', () => {
  it.each(decidedCases().map((entry) => ({ ...entry, shown: JSON.stringify(entry.path.slice(0, 60)) })))(
    'is applied to a path of the case list: $pattern matches $shown: $matches ($why)',
    ({ pattern, path, matches: expected }) => {
      expect(matches(pattern, path)).toBe(expected);
    },
  );

  it.each([
    ['/users/[id]', '/users', false],
    ['/users/[id]', '/users/4/posts', false],
    ['/users/[id]/posts', '/users/4/posts', true],
    ['/docs/[...slug]', '/docs', true],
    ['/docs/[...slug]/edit', '/docs/a/b/edit', true],
    ['/files/*.pdf', '/files/a/b.pdf', false],
    ['/files/*.pdf', '/files/.pdf', true],
    ['/files/a*b*c', '/files/a-b-b-c', true],
    ['/files/a*b*c', '/files/a-c-b', false],
    ['/files/file?.txt', '/files/file1.txt', true],
    ['/files/file?.txt', '/files/file.txt', false],
    ['/files/[ab]*.txt', '/files/b-side.txt', true],
    ['/files/[ab]*.txt', '/files/c-side.txt', false],
    ['/files/(a|b)', '/files/b', true],
    ['/files/(a|b)', '/files/ab', false],
    ['/files/[.]env', '/files/.env', true],
    ['/{a,b*}/x', '/bcd/x', true],
  ])('is applied to a path: %s matches %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('may contain as many wildcards as segments', () => {
    expect(matches('/**/a'.repeat(25), '/a'.repeat(25))).toBe(true);
    expect(matches('/**/a'.repeat(25), '/a'.repeat(24))).toBe(false);
    expect(matches('/*'.repeat(50), '/a'.repeat(50))).toBe(true);
  });

  it('may be percent-encoded', () => {
    expect(matches('/caf%C3%A9', '/café')).toBe(true);
    expect(matches('/my%20page', '/my page')).toBe(true);
    expect(matches('/%61dmin', '/admin')).toBe(true);
  });

  it('treats the composed and the decomposed form of a letter as equal', () => {
    const composed = '/caf\u00e9';
    const decomposed = '/cafe\u0301';
    expect(matches(composed, decomposed)).toBe(true);
    expect(matches(decomposed, composed)).toBe(true);
  });

  it('matches a segment with a line feed', () => {
    expect(matches('/[a]*', '/a\nb')).toBe(true);
  });

  it.each([
    ['admin', 'must begin with "/": write "/admin"'],
    ['', 'must begin with "/"'],
    ['/admin//users', 'empty segment'],
    ['/admin/***', 'write "**"'],
    ['/a**', '"**" must stand alone'],
    ['/**.pdf', '"**" must stand alone'],
    ['/a/b**c/d', '"**" must stand alone'],
    ['/!admin', 'cannot be negated'],
    [`/${'a'.repeat(1000)}`, 'longer than 1000'],
    ['/admin ', 'blanks at its ends'],
    ['/a\nb', 'control characters'],
    ['/admin#top', 'a query or a fragment'],
    ['/admin?tab=1', 'a query or a fragment'],
    ['/a/../admin', 'write the path it leads to'],
    ['/./admin', 'write the path it leads to'],
    ['/a'.repeat(51), 'more than 50 segments'],
  ])('is rejected when it is %j, with the reason', (pattern, reason) => {
    expect(() => new PathPattern(pattern)).toThrow(InvalidOptionsError);
    expect(() => new PathPattern(pattern)).toThrow(reason);
  });

  it('is named in the error, shortened when it is long', () => {
    expect(() => new PathPattern('no-slash')).toThrow('pattern "no-slash"');
    const caught = problemOf(() => new PathPattern(`/${'x'.repeat(5000)}`));
    expect(caught.length).toBeLessThan(200);
  });
});

describe('The segments of a path', () => {
  it.each([
    ['/', []],
    ['', []],
    ['/a/b', ['a', 'b']],
    ['//a///b//', ['a', 'b']],
  ])('of %j are %j', (path, segments) => {
    expect(segmentsOf(path)).toEqual(segments);
  });
});

function problemOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems.join();
  }
  throw new Error('nothing was refused');
}
