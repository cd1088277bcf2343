import type { Flash } from '../record/session-record.js';
import { newMessage } from './flash-messages.js';

/**
 * The messages that a response delivers and the next one is to deliver again. The next one gets copies with ids of their
 * own, because a message is delivered once: other requests know by its id that this one has been.
 */
export class KeptMessages {
  readonly #keys = new Set<string>();
  #isForAll = false;
  /** The ids of messages that have a copy. */
  readonly #copied = new Set<string>();
  /** The key of each copy by the copy's id. */
  readonly #copies = new Map<string, string>();

  /** Keeps the messages under a key, or all. */
  choose(key?: string): void {
    if (key === undefined) this.#isForAll = true;
    else this.#keys.add(key);
  }

  /** Returns a copy of each delivered message that has none yet. */
  copiesOf(key: string, delivered: readonly Flash[]): readonly Flash[] {
    if (!this.#isForAll && !this.#keys.has(key)) return [];
    return delivered.flatMap((message) => this.#copyOf(key, message) ?? []);
  }

  /** Checks whether a message is a copy, which this response must not show. */
  has(id: string): boolean {
    return this.#copies.has(id);
  }

  /** The copies, as key and id. */
  get copies(): readonly (readonly [key: string, id: string])[] {
    return [...this.#copies].map(([id, key]) => [key, id]);
  }

  #copyOf(key: string, { id, value, yields, until }: Flash): Flash | undefined {
    // What yields is data of the package, which every request can read while it lasts.
    if (yields || this.#copied.has(id)) return undefined;
    this.#copied.add(id);
    const copy = newMessage(value, until === undefined ? undefined : { until });
    this.#copies.set(copy.id, key);
    return copy;
  }
}
