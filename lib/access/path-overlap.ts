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
  return true;
}
