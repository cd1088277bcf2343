import type { GlobAlternative } from './segment-glob.js';

/** A glob, and the value for segments that match it. */
export interface GlobEntry<Value> {
  readonly glob: GlobAlternative;
  readonly value: Value;
}

/**
 * The globs of one node. Each is filed under its literal beginning, or else under its literal end, so that a segment is
 * only compared with globs whose beginning or end it has.
 */
export class GlobTable<Value> {
  readonly #byPrefix = new Bucketed<Value>((text, length) => text.slice(0, length));
  readonly #bySuffix = new Bucketed<Value>((text, length) => text.slice(text.length - length));

  add(glob: GlobAlternative, value: Value): void {
    if (glob.prefix !== '') this.#byPrefix.add(glob.prefix, { glob, value });
    else this.#bySuffix.add(glob.suffix, { glob, value });
  }

  /** Maximum number of buckets that are looked up for a segment. */
  get lookups(): number {
    return this.#byPrefix.lookups + this.#bySuffix.lookups;
  }

  /** Calls `found` with each glob that may match a segment. */
  forEachNear(segment: string, found: Found<Value>): void {
    this.#byPrefix.forEachNear(segment, found);
    this.#bySuffix.forEachNear(segment, found);
  }
}

type Found<Value> = (entry: GlobEntry<Value>) => void;

/** Globs by the literal text at one of their ends, which may be empty. */
class Bucketed<Value> {
  readonly #cut: (text: string, length: number) => string;
  readonly #buckets = new Map<string, GlobEntry<Value>[]>();
  #lengths: readonly number[] = [];

  constructor(cut: (text: string, length: number) => string) {
    this.#cut = cut;
  }

  add(key: string, entry: GlobEntry<Value>): void {
    const bucket = this.#buckets.get(key);
    if (bucket) {
      bucket.push(entry);
      return;
    }
    this.#buckets.set(key, [entry]);
    if (!this.#lengths.includes(key.length)) this.#lengths = [...this.#lengths, key.length].sort((a, b) => a - b);
  }

  get lookups(): number {
    return this.#lengths.length;
  }

  forEachNear(segment: string, found: Found<Value>): void {
    for (const length of this.#lengths) {
      if (length > segment.length) return;
      const bucket = this.#buckets.get(this.#cut(segment, length));
      if (bucket) for (const entry of bucket) found(entry);
    }
  }
}
