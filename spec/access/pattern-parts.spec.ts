import { describe, expect, it } from '@jest/globals';
import { PathPattern } from '../../lib/access/path-pattern.js';
import { partsOf } from '../../lib/access/pattern-parts.js';

describe('The parts of a pattern', () => {
  it.each([
    ['/a/[id]', { head: 2, hasGap: false, start: 2, inner: '', rest: 0, tail: 0, least: 2 }],
    ['/a/**', { head: 1, hasGap: true, start: 1, inner: '', rest: 0, tail: 0, least: 1 }],
    ['/a/*', { head: 1, hasGap: true, start: 2, inner: '', rest: 0, tail: 0, least: 2 }],
    ['/a/*/[id]/**/b/c', { head: 1, hasGap: true, start: 3, inner: '', rest: 2, tail: 2, least: 5 }],
    ['/**/a/**', { head: 0, hasGap: true, start: 0, inner: 'literal', rest: 0, tail: 0, least: 1 }],
    ['/**/a/*/b/*/c', { head: 0, hasGap: true, start: 0, inner: 'literal one* literal', rest: 2, tail: 1, least: 5 }],
    [
      '/**/a/[id]/**/b*/**',
      { head: 0, hasGap: true, start: 0, inner: 'literal one* glob', rest: 0, tail: 0, least: 3 },
    ],
  ])('%s are %j', (pattern, expected) => {
    const { head, hasGap, start, inner, rest, tail, least } = partsOf(new PathPattern(pattern).segments);
    const shown = inner.map(({ matcher, isBeforeGap }) => matcher.kind + (isBeforeGap ? '*' : '')).join(' ');
    expect({ head: head.length, hasGap, start, inner: shown, rest, tail: tail.length, least }).toEqual(expected);
  });
});
