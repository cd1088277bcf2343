/**
 * Returns path and query exactly as they are in a URL. A second `new URL()` for every request would cost more than the
 * guard.
 */
export function partsOf(url: string): readonly (string | undefined)[] {
  return /^[^:]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
}
