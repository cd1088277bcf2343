import { UnreadablePathError } from './canonical-path.js';
import { type GlobEntry, GlobTable } from './glob-table.js';
import { type PathPattern, type Step, stepsOf } from './path-pattern.js';

/** Far more than paths take that people write. It keeps those that are made to take long under a millisecond. */
const MOST_STEPS = 8_000;
/** How many steps take as long as to try a glob, and how many comparisons of characters as one step. */
const STEPS_PER_GLOB = 3;
const COMPARISONS_PER_STEP = 32;
/** Behind all positions, and still an integer that is fast to compare. */
const NONE = 0x3fffffff;
const NOWHERE: readonly Node[] = [];

/** A place in the tree: what may come next, and which patterns end here. */
class Node {
  literals: Map<string, Node> | undefined;
  globs: GlobTable<Node> | undefined;
  /** Reached by any one segment: after `[id]`. */
  one: Node | undefined;
  /** Reached without a segment, and not left by any: after `**`. */
  gap: Node | undefined;
  /** The lowest position of the patterns that end here. */
  position = NONE;
  /** The lowest position of all patterns from here on. */
  lowest = NONE;
  /** The walk that was here last, and behind how many segments. */
  walk = 0;
  depth = 0;
  #globsByText: Map<string, Node> | undefined;

  constructor(private readonly isGap = false) {}

  /** @returns The place to which one step of a pattern leads. */
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
 * Patterns that begin alike share their beginning in a tree. A path goes through it segment by segment, and is at all the
 * places at once that its segments so far may have led to.
 */
export class PathIndex {
  readonly #root = new Node();
  #walks = 0;

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

  /**
   * @param path Decoded, without the site's base.
   * @returns The position of the first pattern that matches, or -1.
   * @throws {UnreadablePathError} For a path that would take too long.
   */
  first(path: string): number {
    const first = new Walk(++this.#walks).first(this.#root, path.normalize('NFC'));
    return first === NONE ? -1 : first;
  }

  /** @param otherwise The answer about a path that would take too long. @returns Whether some pattern matches. */
  matches(path: string, otherwise: boolean): boolean {
    try {
      return this.first(path) >= 0;
    } catch (error) {
      if (error instanceof UnreadablePathError) return otherwise;
      throw error;
    }
  }
}

/** One path on its way through the tree. */
class Walk {
  /** The lowest position of the patterns that have matched so far. */
  #first = NONE;
  /** The places behind the segments so far. */
  #places: readonly Node[] = NOWHERE;
  /** Those behind one segment more. */
  #next: Node[] | undefined;
  /** The gaps that were reached: whatever follows, the path may still be there. */
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
    // Gaps that this segment leads to are not left by it.
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
    // Several globs may lead to one place, as those of "{a*,*b}" do.
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
    // Most segments lead to one place, and an array of one is made faster than one that grows.
    if (this.#next) this.#next.push(node);
    else this.#next = [node];
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new UnreadablePathError('The path takes too many steps to find its rule.');
  }
}
