import { type PathPattern, type SegmentMatcher, segmentsOf } from './path-pattern.js';

/** A place in the index: what may come next, and which patterns end here. */
class Node {
  readonly literals = new Map<string, Node>();
  readonly globs = new Map<string, { node: Node; test: (segment: string) => boolean }>();
  /** After `[id]`. */
  one: Node | undefined;
  /** After `*`. */
  some: Node | undefined;
  /** After `**`. */
  any: Node | undefined;
  /** Whether it may swallow further segments: it stands behind `*` or `**`. */
  repeats = false;
  /** The lowest position of the patterns that end here. */
  position = Number.POSITIVE_INFINITY;
}

/**
 * Finds the first of many patterns that matches a path, at a cost that does not grow with their number.
 *
 * Patterns share their beginnings in a tree; a path walks every branch that fits at once, segment by segment. Each
 * segment meets each place at most once, so no path can make it slow, whatever wildcards the patterns hold.
 */
export class PathIndex {
  readonly #root = new Node();

  constructor(patterns: readonly PathPattern[]) {
    patterns.forEach((pattern, position) => {
      const end = pattern.segments.reduce(descend, this.#root);
      end.position = Math.min(end.position, position);
    });
  }

  /** @returns The position of the first pattern that matches, or -1. */
  first(path: string): number {
    let places = withSkipped(new Set([this.#root]));
    for (const segment of segmentsOf(path.normalize('NFC'))) {
      places = withSkipped(step(places, segment));
      if (places.size === 0) return -1;
    }
    let first = Number.POSITIVE_INFINITY;
    for (const { position } of places) first = Math.min(first, position);
    return Number.isFinite(first) ? first : -1;
  }
}

function descend(node: Node, matcher: SegmentMatcher): Node {
  switch (matcher.kind) {
    case 'literal':
      return getOrAdd(node.literals, matcher.text, () => new Node());
    case 'glob':
      return getOrAdd(node.globs, matcher.text, () => ({ node: new Node(), test: matcher.test })).node;
    case 'one':
      node.one ??= new Node();
      return node.one;
    case 'some':
      node.some ??= repeating();
      return node.some;
    case 'any':
      node.any ??= repeating();
      return node.any;
  }
}

function repeating(): Node {
  const node = new Node();
  node.repeats = true;
  return node;
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}

/** `**` may stand for no segment at all: its place is reached without taking one. */
function withSkipped(places: Set<Node>): Set<Node> {
  // A Set visits what is added while it is walked.
  for (const { any } of places) if (any) places.add(any);
  return places;
}

function step(places: ReadonlySet<Node>, segment: string): Set<Node> {
  const next = new Set<Node>();
  for (const place of places) {
    const literal = place.literals.get(segment);
    if (literal) next.add(literal);
    for (const { node, test } of place.globs.values()) if (test(segment)) next.add(node);
    if (place.one) next.add(place.one);
    if (place.some) next.add(place.some);
    if (place.repeats) next.add(place);
  }
  return next;
}
