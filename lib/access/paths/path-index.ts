import { UnreadablePathError } from './canonical-path.js';
import { type GlobEntry, GlobTable } from './glob-table.js';
import { PathPattern, type Step, stepsOf } from './path-pattern.js';

/**
 * Maximum number of steps per path. Ordinary paths need far fewer; it limits hostile ones to less than a millisecond.
 */
const MOST_STEPS = 8_000;
/** The costs of a search: trying a glob takes as long as 3 steps, and 32 comparisons of characters as long as one. */
const STEPS_PER_GLOB = 3;
const COMPARISONS_PER_STEP = 32;
/** The position of no pattern: greater than every position, and small enough for fast integer comparison. */
const NONE = 0x3fffffff;
const NOWHERE: readonly Node[] = [];

/** A node of the tree: the nodes that a next segment may lead to, and the first pattern that ends here. */
class Node {
  /** The nodes after segments without wildcards, by segment. */
  literals: Map<string, Node> | undefined;
  globs: GlobTable<Node> | undefined;
  /** The node after `[id]`: any one segment leads to it. */
  one: Node | undefined;
  /** The node after `**`: it is reached without a segment, and remains reached whatever segments follow. */
  gap: Node | undefined;
  /** The lowest position, in the list, of the patterns that end here. */
  position = NONE;
  /** The lowest position of the patterns that end here or below. */
  lowest = NONE;
  /** The number of the last walk that reached this node, and its depth then: a walk need not reach a node twice. */
  walk = 0;
  depth = 0;
  #globsByText: Map<string, Node> | undefined;

  constructor(private readonly isGap = false) {}

  /** Returns the node after one step of a pattern, and creates it if needed. */
  behind(step: Step): Node {
    if (step.kind === 'literal') {
      this.literals ??= new Map();
      return getOrAdd(this.literals, step.text);
    }
    if (step.kind === 'glob') return this.#behindGlob(step);
    if (step.kind === 'one') {
      this.one ??= new Node();
      return this.one;
    }
    if (this.isGap) return this;
    this.gap ??= new Node(true);
    return this.gap;
  }

  #behindGlob({ text, alternatives }: Step & { readonly kind: 'glob' }): Node {
    this.globs ??= new GlobTable();
    this.#globsByText ??= new Map();
    const isKnown = this.#globsByText.has(text);
    const node = getOrAdd(this.#globsByText, text);
    if (!isKnown) for (const glob of alternatives) this.globs.add(glob, node);
    return node;
  }
}

function getOrAdd(map: Map<string, Node>, key: string): Node {
  const present = map.get(key);
  if (present !== undefined) return present;
  const node = new Node();
  map.set(key, node);
  return node;
}

/**
 * Finds the first of many patterns that matches a path, at a cost that does not grow with their number.
 *
 * Patterns are kept in a tree, in which those with the same beginning share its nodes. A search takes the path segment
 * by segment, and follows all nodes that the segments so far can lead to at the same time.
 */
export class PathIndex {
  readonly #root = new Node();
  #walks = 0;

  /** @param patterns The patterns in the order in which they decide. */
  constructor(patterns: readonly PathPattern[]) {
    patterns.forEach(({ segments }, position) => {
      let node = this.#root;
      node.lowest = Math.min(node.lowest, position);
      for (const step of stepsOf(segments)) {
        node = node.behind(step);
        node.lowest = Math.min(node.lowest, position);
      }
      node.position = Math.min(node.position, position);
    });
  }

  /** Creates the index of patterns that are written as strings. @throws {InvalidOptionsError} For an invalid pattern. */
  static of(patterns: readonly string[]): PathIndex {
    return new PathIndex(patterns.map((pattern) => new PathPattern(pattern)));
  }

  /**
   * Finds the first pattern that matches a path.
   *
   * @param path Decoded, without the site's base.
   * @returns Its position in the list; -1 when none matches.
   * @throws {UnreadablePathError} For a path that would take too long.
   */
  first(path: string): number {
    const first = new Walk(++this.#walks).first(this.#root, path.normalize('NFC'));
    return first === NONE ? -1 : first;
  }

  /** Checks whether a pattern matches. @param otherwise The result for a path that would take too long. */
  matches(path: string, otherwise: boolean): boolean {
    try {
      return this.first(path) >= 0;
    } catch (error) {
      if (error instanceof UnreadablePathError) return otherwise;
      throw error;
    }
  }
}

/** The search for one path in the tree. */
class Walk {
  /** The lowest position of the patterns that have matched so far. */
  #first = NONE;
  /** The nodes that the segments so far lead to, without gaps. */
  #places: readonly Node[] = NOWHERE;
  /** The nodes that the current segment leads to. */
  #next: Node[] | undefined;
  /** The gaps that were reached. They remain reached, whatever segments follow. */
  #gaps: Node[] | undefined;
  #depth = 0;
  #steps = 0;

  constructor(private readonly number: number) {}

  first(root: Node, text: string): number {
    this.#reach(root);
    this.#goOn();
    for (let start = 0; start < text.length; ) {
      const slash = text.indexOf('/', start);
      const end = slash < 0 ? text.length : slash;
      if (end > start) {
        if (this.#places.length === 0 && !this.#gaps) return this.#first;
        this.#follow(text.slice(start, end));
      }
      start = end + 1;
    }
    for (const { position } of this.#places) if (position < this.#first) this.#first = position;
    return this.#first;
  }

  #follow(segment: string): void {
    const gaps = this.#gaps;
    // Only gaps reached by earlier segments count: a gap that this segment reaches begins after it.
    const behind = gaps?.length ?? 0;
    for (const node of this.#places) this.#leave(node, segment);
    if (gaps) for (let at = 0; at < behind; at++) this.#leave(gaps[at] as Node, segment);
    this.#goOn();
  }

  #goOn(): void {
    this.#places = this.#next ?? NOWHERE;
    this.#next = undefined;
    this.#depth++;
  }

  #leave(node: Node, segment: string): void {
    this.#spend(1);
    if (node.lowest >= this.#first) return;
    const { literals, globs, one } = node;
    if (literals) {
      const next = literals.get(segment);
      if (next) this.#reach(next);
    }
    if (globs) {
      this.#spend(globs.lookups);
      globs.forEachNear(segment, (entry) => this.#tryGlob(entry, segment));
    }
    if (one) this.#reach(one);
  }

  #tryGlob({ glob, value }: GlobEntry<Node>, segment: string): void {
    this.#spend(STEPS_PER_GLOB + Math.trunc((glob.comparisons * segment.length) / COMPARISONS_PER_STEP));
    // Several globs may lead to the same node, such as those of "{a*,*b}".
    const isReached = value.walk === this.number && value.depth === this.#depth;
    if (isReached || value.lowest >= this.#first || !glob.test(segment)) return;
    value.walk = this.number;
    value.depth = this.#depth;
    this.#reach(value);
  }

  #reach(node: Node): void {
    if (node.lowest >= this.#first) return;
    const { gap } = node;
    if (gap && gap.walk !== this.number) {
      gap.walk = this.number;
      if (gap.position < this.#first) this.#first = gap.position;
      if (gap.lowest < this.#first) {
        if (this.#gaps) this.#gaps.push(gap);
        else this.#gaps = [gap];
      }
    }
    if (node.lowest >= this.#first) return;
    // Most segments lead to one node, and an array literal is created faster than an array that grows.
    if (this.#next) this.#next.push(node);
    else this.#next = [node];
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new UnreadablePathError('The path takes too many steps to find its rule.');
  }
}
