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

/** @returns Why this segment of a pattern is refused, or `undefined` when it is fine. */
export function whatIsWrongWithGlob(segment: string): string | undefined {
  if (segment.startsWith('!') && !segment.startsWith('!(')) {
    return `holds "${segment}": a pattern cannot be negated; list what is to be protected`;
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
  const isPlain = alternatives(segment).every((alternative) => isWildcardOnly(alternative));
  if (isPlain) return undefined;
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

/** @returns A test for one segment that takes time linear in the segment's length. */
export function compileGlob(segment: string): (text: string) => boolean {
  const tests = alternatives(segment).map((alternative) =>
    isWildcardOnly(alternative)
      ? (text: string) => matchesWildcards(alternative, text)
      : compileExpression(alternative),
  );
  return (text) => tests.some((test) => test(text));
}

function alternatives(segment: string): string[] {
  return /[{}]/.test(segment) ? micromatch.braces(segment, { expand: true }) : [segment];
}

function isWildcardOnly(glob: string): boolean {
  return !/[[\]{}()\\]/.test(glob);
}

function compileExpression(glob: string): (text: string) => boolean {
  // `dot`: a segment that begins with a dot is a segment like any other; without it a rule would let `.env` pass.
  const { source, flags } = micromatch.makeRe(glob, { dot: true, strictSlashes: true });
  // `s`, so that a line feed in a path ends no match.
  const expression = new RegExp(source, flags.includes('s') ? flags : `${flags}s`);
  return (text) => expression.test(text);
}

/**
 * `*` is any number of characters, `?` is one. Goes back to the last `*` only, which is enough for wildcards and keeps
 * a long text from being tried in every way, as a regular expression would.
 */
function matchesWildcards(glob: string, text: string): boolean {
  let globAt = 0;
  let textAt = 0;
  let star = -1;
  let starredUpTo = 0;
  while (textAt < text.length) {
    if (glob[globAt] === '*') {
      star = globAt++;
      starredUpTo = textAt;
    } else if (globAt < glob.length && (glob[globAt] === '?' || glob[globAt] === text[textAt])) {
      globAt++;
      textAt++;
    } else if (star >= 0) {
      globAt = star + 1;
      textAt = ++starredUpTo;
    } else {
      return false;
    }
  }
  while (glob[globAt] === '*') globAt++;
  return globAt === glob.length;
}
