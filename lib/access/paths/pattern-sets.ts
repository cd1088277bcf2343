import { type SegmentMatcher, type Step, stepsOf } from './path-pattern.js';

/** Maximum number of states. Patterns that need more would take too long: they count as not covered. */
const MAX_PLACES = 20_000;

/**
 * Checks whether every path that the pattern `later` matches is also matched by `earlier`. A `true` is always correct.
 * A `false` may be wrong for two globs within a segment.
 *
 * @see Subset construction: all positions that a path can have in `earlier` are followed together.
 */
export function covers(earlier: readonly SegmentMatcher[], later: readonly SegmentMatcher[]): boolean {
  const [covering, covered] = [stepsOf(earlier), stepsOf(later)];
  const seen = new Set<string>();
  /** @param at The path's position in `covered`. @param places Its possible positions in `covering`. */
  const holds = (at: number, places: readonly number[]): boolean => {
    const key = `${at}:${places}`;
    if (seen.has(key)) return true;
    if (seen.size === MAX_PLACES) return false;
    seen.add(key);
    const step = covered[at];
    if (!step) return places.includes(covering.length);
    if (step.kind !== 'any') return holds(at + 1, after(step, places, covering));
    return holds(at + 1, places) && holds(at, after(step, places, covering));
  };
  return holds(0, withSkipped([0], covering));
}

/** Returns the positions that are reached by every segment that `taken` matches. */
function after(taken: Step, places: readonly number[], covering: readonly Step[]): number[] {
  const next = new Set<number>();
  for (const place of places) {
    const step = covering[place];
    if (step?.kind === 'any') next.add(place);
    else if (step && takes(step, taken)) next.add(place + 1);
  }
  return withSkipped([...next], covering);
}

function takes(step: Step, taken: Step): boolean {
  if (step.kind === 'one' || step.kind === 'any') return true;
  if (taken.kind === 'literal') return step.kind === 'glob' ? step.test(taken.text) : step.text === taken.text;
  return taken.kind === 'glob' && step.kind === 'glob' && step.text === taken.text;
}

/** Adds the positions after each `**`, because it may match no segment at all. */
function withSkipped(places: readonly number[], steps: readonly Step[]): number[] {
  const all = new Set(places);
  for (const place of all) if (steps[place]?.kind === 'any') all.add(place + 1);
  return [...all].sort((one, other) => one - other);
}

/**
 * Checks whether a path exists that both the pattern of a rule and that of a route match.
 *
 * @param route The route's segments. A parameter matches any text.
 */
export function overlaps(rule: readonly SegmentMatcher[], route: readonly SegmentMatcher[]): boolean {
  const known = new Map<string, boolean>();
  const meet = (ruleAt: number, routeAt: number): boolean => {
    const key = `${ruleAt}/${routeAt}`;
    const answer = known.get(key) ?? step(ruleAt, routeAt);
    known.set(key, answer);
    return answer;
  };
  const step = (ruleAt: number, routeAt: number): boolean => {
    const [one, other] = [rule[ruleAt], route[routeAt]];
    if (!one && !other) return true;
    // `**` and a rest parameter may match no further segment, or one more.
    if (one?.kind === 'any' && (meet(ruleAt + 1, routeAt) || (other !== undefined && meet(ruleAt, routeAt + 1))))
      return true;
    if (other?.kind === 'any' && (meet(ruleAt, routeAt + 1) || (one !== undefined && meet(ruleAt + 1, routeAt))))
      return true;
    if (!one || !other || !shareSegment(one, other)) return false;
    return meet(ruleAt + 1, routeAt + 1) || (one.kind === 'some' && meet(ruleAt, routeAt + 1));
  };
  return meet(0, 0);
}

function shareSegment(one: SegmentMatcher, other: SegmentMatcher): boolean {
  if (one.kind === 'literal' && other.kind === 'literal') return one.text === other.text;
  if (one.kind === 'glob' && other.kind === 'literal') return one.test(other.text);
  if (one.kind === 'literal' && other.kind === 'glob') return other.test(one.text);
  if (one.kind === 'glob' && other.kind === 'glob') {
    return one.alternatives.some(({ text }) => other.alternatives.some((alternative) => meet(text, alternative.text)));
  }
  return true;
}

/** Checks whether two globs of `*` and `?` can match the same text. With brackets or parentheses it returns true. */
function meet(one: string, other: string): boolean {
  if (/[[\]{}()\\]/.test(one + other)) return true;
  const rows = Array.from({ length: one.length + 1 }, () => new Array<boolean>(other.length + 1).fill(false));
  const at = (row: number, column: number) => rows[row]?.[column] === true;
  for (let row = one.length; row >= 0; row--) {
    for (let column = other.length; column >= 0; column--) {
      const [left, right] = [one[row], other[column]];
      const ended = left === undefined && right === undefined;
      const skips = (left === '*' && at(row + 1, column)) || (right === '*' && at(row, column + 1));
      const isSame = left !== undefined && right !== undefined && (left === right || left === '?' || right === '?');
      const goesOn = isSame && at(row + 1, column + 1);
      const taken =
        (left === '*' && right !== undefined && at(row, column + 1)) ||
        (right === '*' && left !== undefined && at(row + 1, column));
      (rows[row] as boolean[])[column] = ended || skips || goesOn || taken;
    }
  }
  return at(0, 0);
}
