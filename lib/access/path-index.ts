import { InvalidOptionsError } from '../errors.js';
import { GlobTable } from './glob-table.js';
import { InnerSegments, MOST_INNER_SEGMENTS } from './inner-segments.js';
import type { PathPattern, SegmentMatcher } from './path-pattern.js';
import { PathSegments } from './path-segments.js';
import { partsOf } from './pattern-parts.js';
import { SHORT_TEST } from './segment-glob.js';

/** Microseconds that the longest path may take against the patterns, and one step in the tree, both generously. */
const MOST_EFFORT = 400;
const STEP = 0.1;
const NONE = Number.POSITIVE_INFINITY;

/** Patterns that end at the same place of the tree, but differ in what stands between. */
interface Ending {
  position: number;
  /** How many segments a path has at the least. */
  readonly least: number;
  /** What is sought between two gaps, and how many segments stand behind it. */
  readonly inner: number | undefined;
  readonly rest: number;
}

/** A place in the tree: what may come next, and which patterns end here. */
class Node {
  readonly literals = new Map<string, Node>();
  readonly globsByText = new Map<string, Node>();
  globs: GlobTable<Node> | undefined;
  /** After `[id]`. */
  one: Node | undefined;
  /** Behind a gap the tree goes on from the other end of the path. */
  tail: Node | undefined;
  /** The lowest position of the patterns that end here without a gap. */
  position = NONE;
  readonly endings: Ending[] = [];
  /** The lowest position of all patterns from here on. */
  lowest = NONE;
  /** The walk that has been here last: several globs may lead to one place. */
  walk = 0;
  #steps: number | undefined;
  #searches: number | undefined;

  /** Microseconds at the most from here on. Of its literals a segment is at most one. */
  get effort(): number {
    return this.steps + this.searches;
  }

  /** What does not depend on how long a segment is. */
  get steps(): number {
    this.#steps ??= this.#addUp(
      (node) => node.steps,
      ({ tests, others }) => STEP * (1 + this.endings.length / 8) + tests + others,
      () => SHORT_TEST,
    );
    return this.#steps;
  }

  /** What does: where one segment is as long as a path can be, all others are short. */
  get searches(): number {
    this.#searches ??= this.#addUp(
      (node) => node.searches,
      ({ tests, others }) => Math.max(tests, others),
      (effort) => (effort > SHORT_TEST ? effort : 0),
    );
    return this.#searches;
  }

  #addUp(
    of: (node: Node) => number,
    together: (parts: { tests: number; others: number }) => number,
    testOf: (effort: number) => number,
  ): number {
    let literal = 0;
    for (const node of this.literals.values()) literal = Math.max(literal, of(node));
    const { tests, values } = this.globs?.effort(testOf, of) ?? { tests: 0, values: 0 };
    const others = literal + values + (this.one ? of(this.one) : 0);
    return together({ tests, others }) + (this.tail ? of(this.tail) : 0);
  }
}

/**
 * Finds the first of many patterns that matches a path, at a cost that does not grow with their number.
 *
 * Patterns share their beginnings in a tree, and behind their first gap, where any number of segments may stand, what
 * they end with, read from the end of the path: what a gap takes is not looked at. What stands between two gaps is
 * sought in one pass for all patterns. So the time is linear in the path.
 */
export class PathIndex {
  readonly #root = new Node();
  readonly #inner = new InnerSegments();
  #walks = 0;

  /** @throws {InvalidOptionsError} For patterns whose wildcards, taken together, would let a long path block the server. */
  constructor(patterns: readonly PathPattern[]) {
    patterns.forEach((pattern, position) => {
      this.#add(pattern, position);
    });
    const problem = this.#whatIsWrong();
    if (problem) throw new InvalidOptionsError([problem]);
  }

  #add(pattern: PathPattern, position: number): void {
    const { head, hasGap, start, inner, rest, tail, least } = partsOf(pattern.segments);
    const end = lead(this.#root, head, position);
    if (!hasGap) {
      end.position = Math.min(end.position, position);
      return;
    }
    end.tail ??= new Node();
    const program = inner.length > 0 ? this.#inner.add(start, inner) : undefined;
    const { endings } = lead(end.tail, tail, position);
    const isKnown = endings.some((other) => other.least === least && other.inner === program && other.rest === rest);
    if (!isKnown) endings.push({ position, least, inner: program, rest });
  }

  #whatIsWrong(): string | undefined {
    if (this.#inner.size > MOST_INNER_SEGMENTS) {
      return `the rules hold ${this.#inner.size} segments between two that may stand for several (as "a" in "/**/a/**"), and more than ${MOST_INNER_SEGMENTS} would let a long path block the server: write what stands before them`;
    }
    const effort = this.#root.effort + this.#inner.effort;
    if (effort <= MOST_EFFORT) return undefined;
    return `the rules hold too many wildcards that one path could meet together (${Math.ceil((100 * effort) / MOST_EFFORT)} % of what is allowed), which would let a long path block the server: write more of what stands before and beside "*", "?", brackets and parentheses`;
  }

  /** @returns The position of the first pattern that matches, or -1. */
  first(path: string): number {
    const first = new Walk(new PathSegments(path), this.#inner, ++this.#walks).first(this.#root);
    return first === NONE ? -1 : first;
  }
}

/** @returns The place to which the segments lead. */
function lead(from: Node, segments: readonly SegmentMatcher[], position: number): Node {
  let node = from;
  node.lowest = Math.min(node.lowest, position);
  for (const segment of segments) {
    node = descend(node, segment);
    node.lowest = Math.min(node.lowest, position);
  }
  return node;
}

function descend(node: Node, matcher: SegmentMatcher): Node {
  switch (matcher.kind) {
    case 'literal':
      return getOrAdd(node.literals, matcher.text);
    case 'glob': {
      const present = node.globsByText.get(matcher.text);
      if (present) return present;
      const made = getOrAdd(node.globsByText, matcher.text);
      node.globs ??= new GlobTable();
      for (const alternative of matcher.alternatives) node.globs.add(alternative, made);
      return made;
    }
    default:
      node.one ??= new Node();
      return node.one;
  }
}

function getOrAdd(map: Map<string, Node>, key: string): Node {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = new Node();
  map.set(key, made);
  return made;
}

/** One path on its way through the tree. */
class Walk {
  #first = NONE;
  #sought: { readonly ends: readonly number[]; readonly count: number } | undefined;

  constructor(
    private readonly path: PathSegments,
    private readonly inner: InnerSegments,
    private readonly number: number,
  ) {}

  first(root: Node): number {
    this.#forwards(root, 0);
    return this.#first;
  }

  #forwards(node: Node, depth: number): void {
    if (node.walk === this.number || node.lowest >= this.#first) return;
    node.walk = this.number;
    const segment = this.path.at(depth);
    if (segment === undefined) this.#first = Math.min(this.#first, node.position);
    else this.#follow(node, segment, (next) => this.#forwards(next, depth + 1));
    if (node.tail) this.#backwards(node.tail, 0);
  }

  #backwards(node: Node, depth: number): void {
    if (node.walk === this.number || node.lowest >= this.#first) return;
    node.walk = this.number;
    for (const ending of node.endings) {
      if (ending.position < this.#first && this.#reaches(ending)) this.#first = ending.position;
    }
    if (!hasNext(node)) return;
    const segment = this.path.fromEnd(depth);
    if (segment !== undefined) this.#follow(node, segment, (next) => this.#backwards(next, depth + 1));
  }

  #follow(node: Node, segment: string, onwards: (next: Node) => void): void {
    const literal = node.literals.get(segment);
    if (literal) onwards(literal);
    node.globs?.match(segment, onwards);
    if (node.one) onwards(node.one);
  }

  #reaches({ least, inner, rest }: Ending): boolean {
    if (!this.path.hasAtLeast(least)) return false;
    if (inner === undefined) return true;
    this.#sought ??= this.inner.endsIn(this.path.text);
    const end = this.#sought.ends[inner] ?? 0;
    return end > 0 && end + rest <= this.#sought.count;
  }
}

function hasNext({ literals, globs, one }: Node): boolean {
  return literals.size > 0 || globs !== undefined || one !== undefined;
}
