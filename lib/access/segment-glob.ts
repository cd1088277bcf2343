import micromatch from 'micromatch';

/** Whatever lets a regular expression try one piece of a text in several ways; behind a bracket, a "+" does so too. */
const REPETITIONS = /[*+!]\(|[*+]/g;
/** A group that repeats what could be read in several ways. */
const AMBIGUOUS_REPETITION = /[*+]\(.*[|(]|\|.*\)\+/;

/** @returns Why this segment of a pattern is refused, or `undefined` when it is fine. */
export function whatIsWrongWithGlob(segment: string): string | undefined {
  if (segment.startsWith('!') && !segment.startsWith('!(')) {
    return `holds "${segment}": a pattern cannot be negated; list what is to be protected`;
  }
  const isPlain = alternatives(segment).every((alternative) => isWildcardOnly(alternative));
  if (isPlain) return undefined;
  if ((segment.match(REPETITIONS)?.length ?? 0) > 1) {
    return `holds "${segment}": beside brackets or parentheses one "*" or "+" is enough; more would let a long path block the server`;
  }
  if (AMBIGUOUS_REPETITION.test(segment)) {
    return `holds "${segment}": a repeated group cannot offer a choice, which would let a long path block the server; write {a,b} for one of several`;
  }
  return undefined;
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
