/** The segments of a path, from either end, each cut off when it is first asked for. */
export class PathSegments {
  /** In the composed form of Unicode. */
  readonly text: string;
  readonly #front: string[] = [];
  readonly #back: string[] = [];
  #frontAt = 0;
  #backAt: number;

  constructor(path: string) {
    this.text = path.normalize('NFC');
    this.#backAt = this.text.length;
  }

  /** @returns `undefined` behind the last one. */
  at(index: number): string | undefined {
    const { text } = this;
    while (this.#front.length <= index) {
      const start = this.#frontAt;
      if (start >= text.length) return undefined;
      const slash = text.indexOf('/', start);
      const end = slash < 0 ? text.length : slash;
      if (end > start) this.#front.push(text.slice(start, end));
      this.#frontAt = end + 1;
    }
    return this.#front[index];
  }

  /** @param index Counted from the end. */
  fromEnd(index: number): string | undefined {
    const { text } = this;
    while (this.#back.length <= index) {
      const end = this.#backAt;
      if (end <= 0) return undefined;
      const start = text.lastIndexOf('/', end - 1) + 1;
      if (end > start) this.#back.push(text.slice(start, end));
      this.#backAt = start - 1;
    }
    return this.#back[index];
  }

  hasAtLeast(count: number): boolean {
    return count === 0 || this.at(count - 1) !== undefined;
  }
}
