/** Maximum depth to check. Deeper values are left to code that distinguishes a cycle from deep nesting. */
const MAX_DEPTH = 20;

/** Checks whether JSON preserves a value exactly: no dates, no `undefined`, no negative zero, no cycles. */
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
    // JSON loses holes in an array, and properties other than its items.
    return Object.keys(value).length === value.length && value.every((item) => isPlainJson(item, depth + 1));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype) return false;
  return Object.values(value).every((item) => isPlainJson(item, depth + 1));
}
