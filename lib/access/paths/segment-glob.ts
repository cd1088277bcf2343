import micromatch from 'micromatch';

/** Longer globs, more groups or more alternatives would let a long path, or the pattern itself, block the server. */
const MAX_LENGTH = 100;
const MAX_ALTERNATIVES = 100;
/** Whatever lets a regular expression try one piece of a text in several ways; behind a bracket, a "+" does so too. */
const REPETITIONS = /[*+!]\(|[*+]/g;
const GROUPS = /\(/g;
/** A group that repeats what could be read in several ways. */
const AMBIGUOUS_REPETITION = /[*+]\(.*[|(]|\|.*\)\+/;
/** Reads like a parameter of Astro's within a segment, and would be a class of characters. */
const PARAMETER = /\[(?:id|[A-Za-z_$][\w$]{2,})\]/;
const REST = /\[\.{3}[^\][]+\]/;
/** A class of characters, or a character that is meant literally: brackets and braces in these open and close nothing. */
const CLASS_OR_ESCAPED = /\\.|\[[!^]?\]?(?:\[:\w+:\]|[^\]])*\]/g;
const PAIR = /\([^(){}]*\)|\{[^(){}]*\}/g;

/** @returns Why this segment of a pattern is refused, or `undefined` when it is fine. */
export function whatIsWrongWithGlob(segment: string): string | undefined {
  if (segment.startsWith('!') && !segment.startsWith('!(')) {
    return `holds "${segment}": a pattern cannot be negated; list what is to be protected`;
  }
  const lone = loneBracket(segment);
  if (lone) {
    return `holds "${segment}", where "${lone}" has no counterpart: what stands in brackets cannot hold a slash; write a rule for each path, or "\\${lone}" for the character itself`;
  }
  const rest = REST.exec(segment)?.[0];
  if (rest) {
    return `holds "${segment}": beside other text "${rest}" would be one of these characters; write "**/*" for a rest parameter`;
  }
  const parameter = PARAMETER.exec(segment)?.[0];
  if (parameter) {
    return `holds "${segment}": beside other text "${parameter}" would be one of these characters; write "*" for a parameter, or {a,b} for one of several`;
  }
  if (/\\(?![*?[\]{}()!+@|\\])/.test(segment)) return `holds "${segment}": write "/" for a backslash`;
  if (/[*?[\]{}()]/.test(segment) && segment.length > MAX_LENGTH) {
    return `holds a segment with wildcards of more than ${MAX_LENGTH} characters`;
  }
  if (countAlternatives(segment) > MAX_ALTERNATIVES) {
    return `holds "${segment}": braces for more than ${MAX_ALTERNATIVES} alternatives`;
  }
  if (alternatives(segment).includes('')) {
    return `holds "${segment}", which may stand for nothing, and no segment is empty: write a rule for the path without it`;
  }
  if (alternatives(segment).every(isWildcardOnly)) return undefined;
  if (AMBIGUOUS_REPETITION.test(segment)) {
    return `holds "${segment}": a repeated group cannot offer a choice, which would let a long path block the server; write {a,b} for one of several`;
  }
  if (count(segment, REPETITIONS) > 1) {
    return `holds "${segment}": beside brackets or parentheses one "*" or "+" is enough; more would let a long path block the server`;
  }
  if (count(segment, GROUPS) > 1) {
    return `holds "${segment}": one group in parentheses is enough; more would let a path block the server; write {a,b} for one of several`;
  }
  return undefined;
}

/** @returns A bracket, brace or parenthesis that is not closed, or not opened, in this segment. */
function loneBracket(segment: string): string | undefined {
  let left = segment.replace(CLASS_OR_ESCAPED, '');
  for (let before = ''; before !== left; ) {
    before = left;
    left = left.replace(PAIR, '');
  }
  return /[[\](){}]/.exec(left)?.[0];
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

/** At the most: every pair of braces multiplies what the others stand for. */
function countAlternatives(segment: string): number {
  return [...segment.matchAll(/\{([^{}]*)\}/g)].reduce((product, [, inside = '']) => {
    const [, from, to] = /^(-?\d+|[a-z])\.\.(-?\d+|[a-z])/i.exec(inside) ?? [];
    if (from === undefined || to === undefined) return product * inside.split(',').length;
    const numbers = [from, to].map((end) => (/\d/.test(end) ? Number(end) : end.charCodeAt(0)));
    return product * (Math.abs((numbers[1] ?? 0) - (numbers[0] ?? 0)) + 1);
  }, 1);
}

/** One of the texts that braces stand for, or the whole glob. */
export interface GlobAlternative {
  readonly text: string;
  /** What every text begins with that fits: it spares most texts the test. */
  readonly prefix: string;
  readonly suffix: string;
  /** How many comparisons one character of a text takes at the most. */
  readonly comparisons: number;
  readonly test: (text: string) => boolean;
}

/** @returns Tests for one segment, of which one must hold. */
export function compileGlob(segment: string): readonly GlobAlternative[] {
  return [...new Set(alternatives(segment))].map((alternative) =>
    isWildcardOnly(alternative) ? compileWildcards(alternative) : compileExpression(alternative),
  );
}

function alternatives(segment: string): string[] {
  return /[{}]/.test(segment) ? micromatch.braces(segment, { expand: true }) : [segment];
}

function isWildcardOnly(glob: string): boolean {
  return !/[[\]{}()\\]/.test(glob);
}

function compileExpression(glob: string): GlobAlternative {
  // `dot`: a segment that begins with a dot is a segment like any other; without it a rule would let `.env` pass.
  // `posix`: without it `[!a]` would be one of the characters "!" and "a", the opposite of what shells read.
  const { source, flags } = micromatch.makeRe(glob, { dot: true, strictSlashes: true, posix: true });
  // `s`, so that a line feed in a path ends no match.
  const expression = new RegExp(source, flags.includes('s') ? flags : `${flags}s`);
  return { text: glob, prefix: '', suffix: '', comparisons: glob.length, test: (text) => expression.test(text) };
}

/** `*` is any number of characters, `?` is one. */
function compileWildcards(glob: string): GlobAlternative {
  const [start = '', ...others] = glob.split(/\*+/);
  const end = others.at(-1);
  const [prefix = ''] = start.split('?', 1);
  const suffix = end?.slice(end.lastIndexOf('?') + 1) ?? '';
  const inner = innerBlocks(glob);
  // At each character the search begins anew, which takes as long as two more.
  const comparisons = Math.max(0, ...inner.map(({ length }) => length + 2));
  return { text: glob, prefix, suffix, comparisons, test: testOf(start, inner, end) };
}

/** @param end What stands behind the last `*`; `undefined` without one. */
function testOf(start: string, inner: readonly string[], end: string | undefined): (text: string) => boolean {
  if (end === undefined) return (text) => text.length === start.length && stands(start, text, 0);
  const least = start.length + end.length;
  return (text) => {
    const to = text.length - end.length;
    if (text.length < least || !stands(start, text, 0) || !stands(end, text, to)) return false;
    let at = start.length;
    for (const block of inner) {
      while (at + block.length <= to && !stands(block, text, at)) at++;
      at += block.length;
      if (at > to) return false;
    }
    return true;
  };
}

/** What stands between the first `*` and the last: the earliest place for each leaves most room for the next. */
function innerBlocks(glob: string): string[] {
  return glob
    .split(/\*+/)
    .slice(1, -1)
    .filter((block) => block !== '');
}

function stands(block: string, text: string, from: number): boolean {
  for (let at = 0; at < block.length; at++) {
    if (block[at] !== '?' && block.charCodeAt(at) !== text.charCodeAt(from + at)) return false;
  }
  return true;
}
