/** As many characters as there are bits in a word. */
export const LONGEST_BLOCK = 31;

/**
 * Finds a short text in which `?` stands for any character, in one pass however the long text repeats itself: a bit for
 * each beginning of the block that ends at the present character.
 *
 * @see Baeza-Yates and Gonnet, A new approach to text searching, 1992
 */
export class BlockSearch {
  readonly length: number;
  readonly #ascii = new Int32Array(128);
  readonly #others = new Map<number, number>();
  readonly #anyCharacter: number;

  /** @param block At most {@link LONGEST_BLOCK} characters. */
  constructor(block: string) {
    this.length = block.length;
    const places = Array.from({ length: block.length }, (_, at) => at);
    const bitsOf = (fits: (unit: string) => boolean) =>
      places.reduce((bits, at) => (fits(block.charAt(at)) ? bits | (1 << at) : bits), 0);
    this.#anyCharacter = bitsOf((unit) => unit === '?');
    this.#ascii.fill(this.#anyCharacter);
    for (const at of places) {
      const unit = block.charCodeAt(at);
      const bits = bitsOf((other) => other === '?' || other === block.charAt(at));
      if (unit < 128 && block[at] !== '?') this.#ascii[unit] = bits;
      else if (unit >= 128) this.#others.set(unit, bits);
    }
  }

  /** @returns Where the first one ends that begins at `from` or later and ends at `to` or before; negative for none. */
  endOfFirst(text: string, from: number, to: number): number {
    const found = 1 << (this.length - 1);
    let begun = 0;
    for (let at = from; at < to; at++) {
      const unit = text.charCodeAt(at);
      const bits = unit < 128 ? (this.#ascii[unit] ?? 0) : (this.#others.get(unit) ?? this.#anyCharacter);
      begun = ((begun << 1) | 1) & bits;
      if ((begun & found) !== 0) return at + 1;
    }
    return -1;
  }
}
