/** Deeper values are left to who can tell a circle from a long way down. */
const MAX_DEPTH = 20;

/** Whether JSON gives a value back exactly as it was: no dates, no `undefined`, no negative zero, no circles. */
export function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || (depth < MAX_DEPTH && isPlainContainer(value, depth));
    default:
      return false;
  }
}

function isPlainContainer(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    // A hole in a list, or a property beside its items, is lost in JSON.
    return Object.keys(value).length === value.length && value.every((item) => isPlainJson(item, depth + 1));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype) return false;
  return Object.values(value).every((item) => isPlainJson(item, depth + 1));
}
