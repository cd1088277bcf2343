import type { SessionRecord } from '../session-record.js';

/** What was in a seal. Requests share it, so nothing in it can be changed. */
export interface SealContent {
  readonly record: SessionRecord;
  /** How many characters it takes as text. */
  readonly characters: number;
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
    private readonly maxCharacters = 8_000_000,
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
    this.#characters += seal.length + content.characters;
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
    this.#characters -= seal.length + content.characters;
  }
}
