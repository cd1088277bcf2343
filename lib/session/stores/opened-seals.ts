import type { SessionRecord } from '../session-record.js';

/** The content of a seal. Requests share it, so nothing in it can be changed. */
export interface SealContent {
  readonly record: SessionRecord;
  /** The number of characters of the record's text. */
  readonly characters: number;
}

/**
 * A cache of the seals that this process opened recently, because opening one costs more than rendering a page.
 * Limited by entries and by characters; the least recently used is removed first.
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
