import type { SegmentMatcher } from './path-pattern.js';

/**
 * Whether there is a path that two patterns both match: a rule's and a route's.
 *
 * @param route The route's segments. Where it has a parameter, any text may stand.
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
    // `**` and a rest parameter may stand for nothing, or for one segment more.
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

/** Whether two globs of `*` and `?` may fit one text. Of brackets and parentheses it is not known, and they may. */
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
