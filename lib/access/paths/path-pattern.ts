import { InvalidOptionsError } from '../../errors/index.js';
import { type ForeignNotation, foreignNotation } from './foreign-notation.js';
import { compileGlob, type GlobAlternative, whatIsWrongWithGlob } from './segment-glob.js';

const MAX_LENGTH = 1000;
const MAX_SEGMENTS = 50;
const PARAMETER = /^\[[A-Za-z_$][\w$]*\]$/;
const REST = /^\[\.\.\.[^\][]+\]$/;

/** The way in which a segment of a pattern matches: exactly, by a test, or as a wildcard for whole segments. */
export type SegmentMatcher =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'glob';
      readonly text: string;
      readonly alternatives: readonly GlobAlternative[];
      readonly test: (segment: string) => boolean;
    }
  /** `*`: one or more segments. */
  | { readonly kind: 'some' }
  /** `**`: any number of segments. */
  | { readonly kind: 'any' }
  /** `[id]`: exactly one segment. */
  | { readonly kind: 'one' };

/** A part of a pattern that matches exactly one segment, or any number. */
export type Step = Exclude<SegmentMatcher, { kind: 'some' }>;

/** Returns segments as steps. A `*` becomes two: one segment, and then any number. */
export function stepsOf(segments: readonly SegmentMatcher[]): Step[] {
  return segments.flatMap((matcher) => (matcher.kind === 'some' ? [{ kind: 'one' }, { kind: 'any' }] : [matcher]));
}

/**
 * A path pattern, cut into segments and compiled once.
 *
 * `/admin` matches that path, `/admin/*` one or more segments below it, `/admin/**` both. Inside a segment `*` matches
 * no slash (`/files/*.pdf`). `**` in the middle matches any number of segments. As in Astro, `[id]` matches one segment
 * and `[...rest]` any number. Other micromatch syntax works within a segment. Dots are ordinary characters, case
 * matters, a trailing slash does not.
 */
export class PathPattern {
  readonly segments: readonly SegmentMatcher[];

  /**
   * @throws {InvalidOptionsError} For a pattern that can never match, is ambiguous, or would take too long to match.
   */
  constructor(readonly source: string) {
    const readable = decoded(source);
    const problem = whatIsWrongWith(readable);
    if (problem) throw new InvalidOptionsError([`pattern "${source.slice(0, 80)}" ${problem}`]);
    this.segments = segmentsOf(readable.normalize('NFC')).map(toMatcher);
  }
}

/** Decodes a pattern, which may be written plain, as an address bar shows a path, or percent-encoded. */
function decoded(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    return source;
  }
}

/** Returns the segments of a path without empty ones, which result from a trailing slash or from several in a row. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function whatIsWrongWith(source: string): string | undefined {
  if (source.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (source !== source.trim() || /\p{Cc}/u.test(source)) return 'holds blanks at its ends, or control characters';
  const foreign = foreignNotation(source);
  if (foreign) return whatIsWrongWithNotation(foreign);
  if (!source.startsWith('/')) return `must begin with "/": write "/${source}"`;
  if (source.includes('#') || /\?[\w-]+=/.test(source))
    return 'holds a query or a fragment, which rules are not asked about';
  if (source.includes('//')) return 'holds an empty segment ("//")';
  if (source.includes('***')) return 'holds "***": write "**"';
  const segments = segmentsOf(source);
  if (segments.length > MAX_SEGMENTS) return `holds more than ${MAX_SEGMENTS} segments`;
  if (segments.some((segment) => segment === '.' || segment === '..'))
    return 'holds "." or "..": write the path it leads to';
  const glued = segments.find((segment) => segment.includes('**') && segment !== '**');
  if (glued) return `holds "${glued}": "**" must stand alone between slashes`;
  const globs = segments.filter((segment) => !PARAMETER.test(segment) && !REST.test(segment));
  return globs.map(whatIsWrongWithGlob).find((problem) => problem !== undefined);
}

function whatIsWrongWithNotation({ found, pattern }: ForeignNotation): string {
  if (pattern === undefined) {
    return `holds "${found}", and patterns cannot leave anything out: list what is to be protected, or write globalProtect: true and what is open in exclude`;
  }
  const literally = /^[:<$]/.test(found) ? ` (or "[${found[0]}]${found.slice(1)}" where addresses hold just that)` : '';
  return `holds "${found}", as other routers write it, which would be plain text here and protect nothing: write "${pattern}"${literally}`;
}

function toMatcher(segment: string): SegmentMatcher {
  if (segment === '*') return { kind: 'some' };
  if (segment === '**' || REST.test(segment)) return { kind: 'any' };
  if (PARAMETER.test(segment)) return { kind: 'one' };
  if (!/[*?[\]{}()\\]/.test(segment)) return { kind: 'literal', text: segment };
  return globMatcher(segment);
}

/** @param text A segment with `*`, `?`, braces, brackets or parentheses. */
export function globMatcher(text: string): SegmentMatcher {
  const alternatives = compileGlob(text);
  return { kind: 'glob', text, alternatives, test: (segment) => alternatives.some(({ test }) => test(segment)) };
}
