/** Path and query as they stand in a URL; parsing it once more for every request would cost more than the guard. */
export function partsOf(url: string): readonly (string | undefined)[] {
  return /^[^:]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
}
