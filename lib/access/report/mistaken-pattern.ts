import { PathPattern, type SegmentMatcher, segmentsOf } from '../paths/path-pattern.js';
import { overlaps } from '../paths/pattern-sets.js';
import { literalSegments } from './path-protection.js';

/**
 * Rewrites from other notations into the notation of patterns here. Each takes a pattern and returns another, or the
 * same.
 */
const READINGS: readonly ((pattern: string) => string)[] = [
  // The file instead of its address.
  (pattern) => pattern.replace(/^\/(?:src\/)?pages(?=\/)/, ''),
  (pattern) => pattern.replace(/\.(?:astro|mdx?|html|[cm]?[jt]sx?)$/, ''),
  (pattern) => pattern.replace(/\/index$/, '') || '/',
  // Folders of Next and SvelteKit that are not part of the address.
  (pattern) => pattern.replace(/\/\([\w-]+\)(?=\/|$)/g, '') || '/',
  // Regular expressions, and stars that match slashes.
  (pattern) => pattern.replace(/\$$/, '') || '/',
  (pattern) => pattern.replace(/(?<=[\w-])\.?\*$/, '/**'),
  (pattern) => pattern.replace(/\/\*\w+$/, '/*'),
  // Parameters of Express that follow other characters.
  (pattern) => pattern.replace(/(?<=\w):[A-Za-z_$][\w$]*/g, '*'),
];

/**
 * Finds the pattern that the author probably meant by one that matches nothing on the site.
 *
 * @param things The paths of everything on the site.
 * @param base The site's base; empty for none.
 * @returns The pattern to write, or `undefined` when the pattern may be right, because a middleware may answer paths
 *   that are not listed.
 */
export function meantPattern(
  pattern: string,
  things: readonly (readonly SegmentMatcher[])[],
  base: string,
): string | undefined {
  const withoutBase = (text: string) => (base !== '' && beginsWith(text, base) ? text.slice(base.length) || '/' : text);
  let read = pattern;
  for (const reading of [withoutBase, ...READINGS]) {
    read = reading(read);
    if (read !== pattern && matchesAny(read, things)) return read;
  }
  return inOtherLetters(read, things);
}

/** Checks whether a pattern starts with the site's base, which patterns must leave out. */
export function repeatsBase(pattern: string, things: readonly (readonly SegmentMatcher[])[], base: string): boolean {
  const [first = ''] = segmentsOf(base);
  const isInSite = things.some(([segment]) => segment?.kind === 'literal' && segment.text === first);
  return base !== '' && beginsWith(pattern, base) && !isInSite;
}

function beginsWith(pattern: string, base: string): boolean {
  return pattern === base || pattern.startsWith(`${base}/`);
}

function matchesAny(pattern: string, things: readonly (readonly SegmentMatcher[])[]): boolean {
  const segments = segmentsIn(pattern);
  return segments !== undefined && things.some((thing) => overlaps(segments, thing));
}

function segmentsIn(pattern: string): readonly SegmentMatcher[] | undefined {
  try {
    return new PathPattern(pattern).segments;
  } catch {
    return undefined;
  }
}

/** Finds the pattern with the correct upper and lower case, which Astro distinguishes. */
function inOtherLetters(pattern: string, things: readonly (readonly SegmentMatcher[])[]): string | undefined {
  const lower = segmentsIn(pattern.toLowerCase());
  const fixed = things.filter((thing) => thing.every(({ kind }) => kind === 'literal'));
  const match = lower && fixed.find((thing) => overlaps(lower, literalSegments(pathOf(thing).toLowerCase())));
  if (!match) return undefined;
  const texts = segmentsOf(pathOf(match));
  const read = segmentsOf(pattern).map(
    (text) => texts.find((other) => other.toLowerCase() === text.toLowerCase()) ?? text,
  );
  const written = `/${read.join('/')}`;
  return written === pattern ? undefined : written;
}

function pathOf(literals: readonly SegmentMatcher[]): string {
  return `/${literals.map((segment) => (segment.kind === 'literal' ? segment.text : '')).join('/')}`;
}
