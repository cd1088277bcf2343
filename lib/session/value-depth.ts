/**
 * Checks whether a value is nested more than a number of levels deep. Walking through deeper values overflows the
 * stack, and nothing else limits the depth of JSON from outside. A circular value is as deep as its cycle is long.
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
