/** @returns The name that was probably meant, or `undefined` when none is similar. Upper and lower case are ignored. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(written.length / 3));
  // Names whose lengths differ by more are further away than that; so a long string takes no time, whoever has written it.
  const near = names
    .filter((name) => Math.abs(name.length - written.length) <= allowed)
    .map((name) => ({ name, distance: distance(written.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

/**
 * Returns the number of characters that must be inserted, removed or replaced to turn one string into the other.
 *
 * @see Levenshtein distance
 */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 0; at < to.length; at++) {
      const replaced = (row[at] ?? 0) + (letter === to[at] ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
