import type { SegmentMatcher } from './path-pattern.js';

/** Patterns that need more are not worth a developer's time: they count as not covered. */
const MAX_PLACES = 20_000;

/** What takes exactly one segment, or any number. `*` is one and then any number. */
type Step = Exclude<SegmentMatcher, { kind: 'some' }>;

/**
 * Whether every path that one pattern matches is matched by another too. Never says so wrongly; of two globs within a
 * segment it may not see that one covers the other.
 *
 * @see subset construction: all places that `earlier` can be at are followed together
 */
export function covers(earlier: readonly SegmentMatcher[], later: readonly SegmentMatcher[]): boolean {
  const [covering, covered] = [earlier.flatMap(stepsOf), later.flatMap(stepsOf)];
  const seen = new Set<string>();
  /** @param at How much of `covered` a path has gone through. @param places Where it may stand in `covering` then. */
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

function stepsOf(matcher: SegmentMatcher): Step[] {
  return matcher.kind === 'some' ? [{ kind: 'one' }, { kind: 'any' }] : [matcher];
}

/** The places that are reached with one segment, whichever of those that `taken` stands for it is. */
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

/** `**` may stand for no segment at all. */
function withSkipped(places: readonly number[], steps: readonly Step[]): number[] {
  const all = new Set(places);
  for (const place of all) if (steps[place]?.kind === 'any') all.add(place + 1);
  return [...all].sort((one, other) => one - other);
}
