import type { FlashClaims } from './flash-claims.js';
import { FlashDraft } from './flash-draft.js';
import { frozen } from './frozen-value.js';
import type { Flash } from './session-record.js';

/** Gives the inside of a bag to the rest of the package, which users have no business with. */
export let flashDraftOf: (bag: FlashBag) => FlashDraft;

/**
 * Messages for a later page, each delivered with exactly one answer: whatever reads one while that answer is made sees
 * it (a component that is rendered twice, an error page that takes another page's place), and no later request does.
 *
 * @example
 * const flashes = context.locals.services.get(FlashBag);
 * flashes.append('notice', 'Saved');
 * flashes.getAll('notice');               // ['Saved'], here or on a later page
 */
export class FlashBag {
  readonly #draft: FlashDraft;

  static {
    flashDraftOf = (bag) => bag.#draft;
  }

  /** @param claims Tells which of the earlier messages other requests have; without it, all are this request's. */
  constructor(earlier?: ReadonlyMap<string, Flash>, claims?: FlashClaims) {
    this.#draft = new FlashDraft(earlier, claims);
  }

  /**
   * Leaves a message in the place of those that wait under this key.
   *
   * @throws {InvalidSessionValueError} When the value cannot be kept.
   * @throws {SessionCommittedError} When the head is sent: the message would be lost.
   */
  set(key: string, value: unknown): void {
    this.#draft.replace(key, value);
  }

  /** Leaves a message behind those that wait under this key. Of more than a hundred the oldest go. Throws as `set` does. */
  append(key: string, value: unknown): void {
    this.#draft.append(key, value);
  }

  /**
   * Delivers the messages under a key and gives the latest. `undefined` when there is none, and when it waits for the next
   * page, because its delivery could not be recorded (the head is sent) or the answer cannot show it (a prefetch, an image).
   */
  get<Value = string>(key: string): Value | undefined {
    return frozen(this.#asked.deliver(key).at(-1)?.value) as Value | undefined;
  }

  /**
   * Delivers the messages under a key and gives all of them, the oldest first.
   *
   * @param isMeant Which of them. Others stay where they are. Default: all.
   */
  getAll<Value = string>(key: string, isMeant?: (value: unknown) => boolean): Value[] {
    const delivered = this.#asked.deliver(key, isMeant);
    if (delivered.length > 1) this.#draft.noteShown(key);
    return delivered.map(({ value }) => frozen(value) as Value);
  }

  /** Looks at the latest message under a key, and leaves it where it is. */
  peek<Value = string>(key: string): Value | undefined {
    return frozen(this.#asked.latest(key)?.value) as Value | undefined;
  }

  has(key: string): boolean {
    return this.#asked.has(key);
  }

  /** Delivers every message, by its key. Of a key with several it gives a list. */
  all(): Record<string, unknown> {
    const read = this.#asked.keys().map((key) => [key, this.getAll(key)] as const);
    const found = read.filter(([, values]) => values.length > 0);
    return Object.fromEntries(found.map(([key, values]) => [key, values.length > 1 ? values : values[0]]));
  }

  /** Whether no message waits for a later page. */
  get isEmpty(): boolean {
    return this.#asked.isEmpty;
  }

  /** The messages, of which somebody has asked by now. */
  get #asked(): FlashDraft {
    this.#draft.wasAsked = true;
    return this.#draft;
  }
}
