/**
 * Whether values stand in one another more than so many levels deep. Whoever walks through deeper ones runs out of stack,
 * and of how deep somebody's JSON is, nobody else takes care. Circles are as deep as the way round.
 */
export function isDeeperThan(levels: number, value: unknown, seen: Set<object> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  if (levels === 0) return true;
  seen.add(value);
  for (const inner of innerValues(value)) {
    if (isDeeperThan(levels - 1, inner, seen)) return true;
  }
  return false;
}

function innerValues(value: object): Iterable<unknown> {
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return value;
  return ArrayBuffer.isView(value) ? [] : Object.values(value);
}
