import type { SegmentMatcher } from './path-pattern.js';

const WORD = 32;
/** Two words of bits. */
export const MOST_INNER_SEGMENTS = 2 * WORD;
/** Microseconds for the longest path, generously: to cut it into segments, and to ask each of them one test. */
const CUT = 120;
const ASK = 45;
const SLOTS = 1024;
/** So many characters tell most segments apart; what is left of them is only compared. */
const HASHED = 32;
const SLASH = 0x2f;

/** One segment between two gaps, and whether a gap follows that any number of segments may fill. */
export interface InnerSegment {
  readonly matcher: SegmentMatcher;
  readonly isBeforeGap: boolean;
}

type Mask = [low: number, high: number];

/** What has been found, what may begin, and what would be the end of something that has not ended yet. */
interface State {
  doneLow: number;
  doneHigh: number;
  startLow: number;
  startHigh: number;
  lastLow: number;
  lastHigh: number;
}

interface Literal {
  readonly text: string;
  readonly mask: Mask;
}

interface Test {
  readonly mask: Mask;
  readonly effort: number;
  readonly prefix: number;
  readonly suffix: number;
  readonly fits: (segment: string) => boolean;
}

/**
 * Finds what patterns hold between two `**`, for all patterns in one pass over the path: each segment that is sought has
 * a bit, which is set when it and all before it have been found. The earliest place leaves most room for what follows.
 */
export class InnerSegments {
  readonly #programs = new Map<string, number>();
  readonly #lasts: Mask[] = [];
  readonly #literals: (Literal[] | undefined)[] = Array.from({ length: SLOTS });
  readonly #tests = new Map<string, Test>();
  /** What begins to be sought behind so many segments. */
  readonly #starts = new Map<number, Mask>();
  readonly #first: Mask = [0, 0];
  readonly #anySegment: Mask = [0, 0];
  readonly #beforeGap: Mask = [0, 0];
  #latestStart = 0;
  #size = 0;

  /** How many segments are sought, those counted once that are sought in the same order from the same place. */
  get size(): number {
    return this.#size;
  }

  /** Microseconds that a pass takes at the most. */
  get effort(): number {
    let total = this.#size === 0 ? 0 : CUT;
    for (const { effort } of this.#tests.values()) total += ASK + effort;
    return total;
  }

  /** @param start How many segments stand before the first gap at the least. @returns What {@link endsIn} tells it by. */
  add(start: number, segments: readonly InnerSegment[]): number {
    const key = JSON.stringify([start, segments.map(({ matcher, isBeforeGap }) => [matcher, isBeforeGap])]);
    const present = this.#programs.get(key);
    if (present !== undefined) return present;
    const program = this.#programs.size;
    this.#programs.set(key, program);
    const from = this.#size;
    this.#size += segments.length;
    if (this.#size > MOST_INNER_SEGMENTS) return program;
    setBit(this.#first, from);
    const starting = this.#starts.get(start) ?? [0, 0];
    this.#starts.set(start, starting);
    this.#latestStart = Math.max(this.#latestStart, start);
    setBit(starting, from);
    segments.forEach(({ matcher, isBeforeGap }, offset) => {
      this.#seek(matcher, from + offset);
      if (isBeforeGap) setBit(this.#beforeGap, from + offset);
    });
    const last: Mask = [0, 0];
    setBit(last, this.#size - 1);
    this.#lasts.push(last);
    return program;
  }

  #seek(matcher: SegmentMatcher, bit: number): void {
    if (matcher.kind === 'literal') this.#seekLiteral(matcher.text, bit);
    else if (matcher.kind !== 'glob') setBit(this.#anySegment, bit);
    else {
      for (const { text, isLiteral, prefix, suffix, effort, test: fits } of matcher.alternatives) {
        if (isLiteral) {
          this.#seekLiteral(text, bit);
          continue;
        }
        const ends = { prefix: endOf(prefix, 0), suffix: endOf(suffix, suffix.length - 1) };
        const test = this.#tests.get(text) ?? { mask: [0, 0], effort, fits, ...ends };
        this.#tests.set(text, test);
        setBit(test.mask, bit);
      }
    }
  }

  #seekLiteral(text: string, bit: number): void {
    const slot = hashOf(text) % SLOTS;
    const alike = this.#literals[slot] ?? [];
    this.#literals[slot] = alike;
    let literal = alike.find((other) => other.text === text);
    if (!literal) {
      literal = { text, mask: [0, 0] };
      alike.push(literal);
    }
    setBit(literal.mask, bit);
  }

  /** @returns For each program behind how many segments it first ends, 0 for never; and the path's number of segments. */
  endsIn(path: string): { readonly ends: readonly number[]; readonly count: number } {
    const { length } = path;
    const tests = [...this.#tests.values()];
    const ends = this.#lasts.map(() => 0);
    const start = this.#starts.get(0) ?? [0, 0];
    const state: State = { doneLow: 0, doneHigh: 0, startLow: start[0], startHigh: start[1], lastLow: 0, lastHigh: 0 };
    for (const [low, high] of this.#lasts) {
      state.lastLow |= low;
      state.lastHigh |= high;
    }
    let count = 0;
    for (let at = 0; at < length; at++) {
      const from = at;
      let hash = 0;
      const hashedTo = Math.min(length, from + HASHED);
      for (; at < hashedTo; at++) {
        const unit = path.charCodeAt(at);
        if (unit === SLASH) break;
        hash = nextHash(hash, unit);
      }
      if (at === from + HASHED) {
        const slash = path.indexOf('/', at);
        at = slash < 0 ? length : slash;
      }
      if (at === from) continue;
      count++;
      this.#take(path, from, at, hash, tests, state);
      if (((state.doneLow & state.lastLow) | (state.doneHigh & state.lastHigh)) !== 0) this.#note(ends, count, state);
      if (count <= this.#latestStart) this.#begin(count, state);
    }
    return { ends, count };
  }

  #take(path: string, from: number, to: number, hash: number, tests: readonly Test[], state: State): void {
    const { doneLow, doneHigh } = state;
    const awaitedHigh = (((doneHigh << 1) | (doneLow >>> 31)) & ~this.#first[1]) | state.startHigh;
    const awaitedLow = ((doneLow << 1) & ~this.#first[0]) | state.startLow;
    let [fitsLow, fitsHigh] = this.#anySegment;
    const alike = this.#literals[hash % SLOTS];
    if (alike !== undefined) {
      for (const { text, mask } of alike) {
        if (text.length !== to - from || !stands(text, path, from)) continue;
        fitsLow |= mask[0];
        fitsHigh |= mask[1];
      }
    }
    for (const { mask, prefix, suffix, fits } of tests) {
      if (((mask[0] & awaitedLow) | (mask[1] & awaitedHigh)) === 0) continue;
      if (prefix >= 0 && prefix !== path.charCodeAt(from)) continue;
      if (suffix >= 0 && suffix !== path.charCodeAt(to - 1)) continue;
      if (!fits(path.slice(from, to))) continue;
      fitsLow |= mask[0];
      fitsHigh |= mask[1];
    }
    state.doneLow = (awaitedLow & fitsLow) | (doneLow & this.#beforeGap[0]);
    state.doneHigh = (awaitedHigh & fitsHigh) | (doneHigh & this.#beforeGap[1]);
  }

  #note(ends: number[], count: number, state: State): void {
    this.#lasts.forEach(([low, high], program) => {
      if (ends[program] === 0 && ((state.doneLow & low) | (state.doneHigh & high)) !== 0) ends[program] = count;
    });
    state.lastLow &= ~state.doneLow;
    state.lastHigh &= ~state.doneHigh;
  }

  #begin(count: number, state: State): void {
    const starting = this.#starts.get(count);
    if (!starting) return;
    state.startLow |= starting[0];
    state.startHigh |= starting[1];
  }
}

function stands(text: string, path: string, from: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== path.charCodeAt(from + at)) return false;
  return true;
}

function setBit(mask: Mask, bit: number): void {
  mask[bit < WORD ? 0 : 1] |= 1 << (bit % WORD);
}

function endOf(text: string, at: number): number {
  return text === '' ? -1 : text.charCodeAt(at);
}

/** Of 30 bits, which need no room of their own in memory. */
function nextHash(hash: number, unit: number): number {
  return (Math.imul(hash, 31) + unit) & 0x3fffffff;
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < Math.min(text.length, HASHED); at++) hash = nextHash(hash, text.charCodeAt(at));
  return hash;
}
