/** What was in a seal. Text, so that no two requests share an object. */
export interface SealContent {
  readonly id: string;
  readonly text: string;
}

/**
 * The seals this process opened lately, with what was in them: opening one costs more than rendering a page.
 * Bounded by entries and by characters; the one used longest ago goes first.
 */
export class OpenedSeals {
  readonly #contents = new Map<string, SealContent>();
  #characters = 0;

  constructor(
    private readonly maxEntries = 10_000,
    private readonly maxCharacters = 16_000_000,
  ) {}

  get(seal: string): SealContent | undefined {
    const content = this.#contents.get(seal);
    if (content === undefined) return undefined;
    this.#contents.delete(seal);
    this.#contents.set(seal, content);
    return content;
  }

  add(seal: string, content: SealContent): void {
    this.delete(seal);
    this.#contents.set(seal, content);
    this.#characters += seal.length + content.text.length;
    while (this.#contents.size > this.maxEntries || this.#characters > this.maxCharacters) {
      const [oldest] = this.#contents.keys();
      if (oldest === undefined) return;
      this.delete(oldest);
    }
  }

  delete(seal: string): void {
    const content = this.#contents.get(seal);
    if (content === undefined) return;
    this.#contents.delete(seal);
    this.#characters -= seal.length + content.text.length;
  }
}
