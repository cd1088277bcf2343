import micromatch from 'micromatch';

/**
 * Limits of a glob. A longer one, or one with more alternatives, could block the server when it is compiled or matched.
 */
const MAX_LENGTH = 100;
const MAX_ALTERNATIVES = 100;
/** Matches syntax that lets a regular expression match one text in several ways. After a bracket, this includes "+". */
const REPETITIONS = /[*+!]\(|[*+]/g;
const GROUPS = /\(/g;
/** Matches a repeated group whose content can match in several ways. */
const AMBIGUOUS_REPETITION = /[*+]\(.*[|(]|\|.*\)\+/;
/** Matches text that looks like a parameter of Astro, but inside a segment would be a character class. */
const PARAMETER = /\[(?:id|[A-Za-z_$][\w$]{2,})\]/;
const REST = /\[\.{3}[^\][]+\]/;
/** A class of characters, or a character that is meant literally: brackets and braces in these open and close nothing. */
const CLASS_OR_ESCAPED = /\\.|\[[!^]?\]?(?:\[:\w+:\]|[^\]])*\]/g;
const PAIR = /\([^(){}]*\)|\{[^(){}]*\}/g;

/** Returns the reason why a segment of a pattern is rejected; `undefined` when it is accepted. */
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
  const each = alternatives(segment);
  if (each.includes('')) {
    return `holds "${segment}", which may stand for nothing, and no segment is empty: write a rule for the path without it`;
  }
  if (each.every(isWildcardOnly)) return undefined;
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

/** Returns the maximum number of alternatives: the numbers of all pairs of braces are multiplied. */
function countAlternatives(segment: string): number {
  return [...segment.matchAll(/\{([^{}]*)\}/g)].reduce((product, [, inside = '']) => {
    const [, from, to] = /^(-?\d+|[a-z])\.\.(-?\d+|[a-z])/i.exec(inside) ?? [];
    if (from === undefined || to === undefined) return product * inside.split(',').length;
    const numbers = [from, to].map((end) => (/\d/.test(end) ? Number(end) : end.charCodeAt(0)));
    return product * (Math.abs((numbers[1] ?? 0) - (numbers[0] ?? 0)) + 1);
  }, 1);
}

/** One alternative of the braces in a glob, or the whole glob when it has none. */
export interface GlobAlternative {
  readonly text: string;
  /** The beginning of every text that matches, so that most other texts need no test. `suffix` is the end. */
  readonly prefix: string;
  readonly suffix: string;
  /** Maximum number of comparisons per character of a text. */
  readonly comparisons: number;
  readonly test: (text: string) => boolean;
}

/** Returns the compiled alternatives of one segment. A text matches when it passes the test of one of them. */
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
  // `dot`: otherwise a rule would not cover segments that begin with a dot, such as `.env`.
  // `posix`: otherwise `[!a]` would match "!" and "a", the opposite of what shells match.
  const { source, flags } = micromatch.makeRe(glob, { dot: true, strictSlashes: true, posix: true });
  // `s`: otherwise a line feed in a path would end the match.
  const expression = new RegExp(source, flags.includes('s') ? flags : `${flags}s`);
  return { text: glob, prefix: '', suffix: '', comparisons: glob.length, test: (text) => expression.test(text) };
}

/** Compiles a glob in which `*` matches any number of characters, and `?` one. */
function compileWildcards(glob: string): GlobAlternative {
  const [start = '', ...others] = glob.split(/\*+/);
  const end = others.at(-1);
  const [prefix = ''] = start.split('?', 1);
  const suffix = end?.slice(end.lastIndexOf('?') + 1) ?? '';
  const inner = innerBlocks(glob);
  // The search restarts at each character, which takes as long as two more comparisons.
  const comparisons = Math.max(0, ...inner.map(({ length }) => length + 2));
  return { text: glob, prefix, suffix, comparisons, test: testOf(start, inner, end) };
}

/** @param end The text after the last `*`; `undefined` when the glob has none. */
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

/**
 * Returns the texts between the first `*` and the last. Each is matched as early as possible, which leaves most for the
 * next.
 */
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
