import type { InnerSegment } from './inner-segments.js';
import type { SegmentMatcher } from './path-pattern.js';

/** A pattern, parted at its gaps: where any number of segments may stand. */
export interface PatternParts {
  /** What stands before the first gap; without a gap, all. */
  readonly head: readonly SegmentMatcher[];
  readonly hasGap: boolean;
  /** How many segments head and first gap take at the least. */
  readonly start: number;
  /** What stands between the first gap and the last. */
  readonly inner: readonly InnerSegment[];
  /** How many segments the last gap and the tail take at the least. */
  readonly rest: number;
  /** What stands behind the last gap, beginning at the end. */
  readonly tail: readonly SegmentMatcher[];
  /** How many segments a path has at the least. */
  readonly least: number;
}

/** Parameters beside `*` and `**` only say how many segments there are at the least; they are a part of the gap. */
export function partsOf(segments: readonly SegmentMatcher[]): PatternParts {
  const blocks: SegmentMatcher[][] = [[]];
  /** Of each gap how many segments it takes at the least. */
  const gaps: number[] = [];
  let inGap = false;
  for (const segment of segments) {
    const spans = segment.kind === 'any' || segment.kind === 'some';
    if (spans && !inGap) {
      gaps.push(0);
      blocks.push([]);
      inGap = true;
    }
    if (!spans && segment.kind !== 'one') inGap = false;
    if (inGap && segment.kind !== 'any') gaps[gaps.length - 1] = (gaps.at(-1) ?? 0) + 1;
    if (!inGap) blocks.at(-1)?.push(segment);
  }
  const [head = [], ...others] = blocks;
  const tail = others.pop() ?? [];
  const start = head.length + (gaps[0] ?? 0);
  const rest = gaps.length > 1 ? (gaps.at(-1) ?? 0) + tail.length : tail.length;
  const inner = others.flatMap((block, at) => innerOf(block, at < others.length - 1 ? (gaps[at + 1] ?? 0) : undefined));
  const least = start + inner.length + rest;
  return { head, hasGap: gaps.length > 0, start, inner, rest, tail: tail.toReversed(), least };
}

/** @param gap What the gap behind it takes at the least; `undefined` behind the last one. */
function innerOf(block: readonly SegmentMatcher[], gap: number | undefined): InnerSegment[] {
  const one: SegmentMatcher = { kind: 'one' };
  const all = [...block, ...Array.from({ length: gap ?? 0 }, () => one)];
  return all.map((matcher, at) => ({ matcher, isBeforeGap: gap !== undefined && at === all.length - 1 }));
}
