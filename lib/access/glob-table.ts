import type { GlobAlternative } from './segment-glob.js';

interface Entry<Value> {
  readonly test: (text: string) => boolean;
  readonly effort: number;
  readonly value: Value;
}

/** Globs of one place: a segment meets those only whose literal beginning, or else whose end, it shares. */
export class GlobTable<Value> {
  readonly #byPrefix = new Bucketed<Value>((text, length) => text.slice(0, length));
  readonly #bySuffix = new Bucketed<Value>((text, length) => text.slice(-length));
  readonly #others: Entry<Value>[] = [];
  readonly #values = new Set<Value>();

  add({ prefix, suffix, test, effort }: GlobAlternative, value: Value): void {
    const entry = { test, effort, value };
    this.#values.add(value);
    if (prefix !== '') this.#byPrefix.add(prefix, entry);
    else if (suffix !== '') this.#bySuffix.add(suffix, entry);
    else this.#others.push(entry);
  }

  /** Calls `found` for each glob that fits; twice for a value of several globs that fit. */
  match(segment: string, found: (value: Value) => void): void {
    this.#byPrefix.match(segment, found);
    this.#bySuffix.match(segment, found);
    for (const { test, value } of this.#others) if (test(segment)) found(value);
  }

  /** What the tests that one segment can meet take at the most, and the values of those that can fit it. */
  effort(testOf: (effort: number) => number, costOf: (value: Value) => number): Effort {
    const others = effortTogether(this.#others, testOf, costOf);
    const parts = [others, this.#byPrefix.effort(testOf, costOf), this.#bySuffix.effort(testOf, costOf)];
    return {
      tests: sum(parts, ({ tests }) => tests),
      // Of a value with several globs no more than once.
      values: Math.min(
        sum(parts, ({ values }) => values),
        sum(this.#values, costOf),
      ),
    };
  }
}

/** In microseconds. */
interface Effort {
  readonly tests: number;
  readonly values: number;
}

function effortTogether<Value>(
  entries: readonly Entry<Value>[],
  testOf: (effort: number) => number,
  costOf: (value: Value) => number,
): Effort {
  return {
    tests: sum(entries, ({ effort }) => testOf(effort)),
    values: sum(new Set(entries.map(({ value }) => value)), costOf),
  };
}

/** Globs by a literal at one end of them. */
class Bucketed<Value> {
  readonly #cut: (text: string, length: number) => string;
  readonly #buckets = new Map<string, Entry<Value>[]>();
  #lengths: readonly number[] = [];

  constructor(cut: (text: string, length: number) => string) {
    this.#cut = cut;
  }

  add(key: string, entry: Entry<Value>): void {
    const bucket = this.#buckets.get(key);
    if (bucket) {
      bucket.push(entry);
      return;
    }
    this.#buckets.set(key, [entry]);
    if (!this.#lengths.includes(key.length)) this.#lengths = [...this.#lengths, key.length].sort((a, b) => a - b);
  }

  match(segment: string, found: (value: Value) => void): void {
    for (const length of this.#lengths) {
      if (length > segment.length) return;
      const bucket = this.#buckets.get(this.#cut(segment, length));
      if (bucket) for (const { test, value } of bucket) if (test(segment)) found(value);
    }
  }

  effort(testOf: (effort: number) => number, costOf: (value: Value) => number): Effort {
    let tests = 0;
    let values = 0;
    // Of two that fit one segment, one's literal is a part of the other's.
    for (const key of this.#buckets.keys()) {
      const lengths = this.#lengths.filter((length) => length <= key.length);
      const together = lengths.flatMap((length) => this.#buckets.get(this.#cut(key, length)) ?? []);
      const effort = effortTogether(together, testOf, costOf);
      tests = Math.max(tests, effort.tests);
      values = Math.max(values, effort.values);
    }
    return { tests, values };
  }
}

function sum<Item>(items: Iterable<Item>, amount: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += amount(item);
  return total;
}
