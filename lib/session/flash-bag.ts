import { frozen } from '../base/frozen-value.js';
import type { FlashClaims } from './flashes/flash-claims.js';
import { FlashDraft } from './flashes/flash-draft.js';
import type { Flash } from './record/session-record.js';

/** Returns the draft inside a bag. For this package only; users have no access to it. */
export let flashDraftOf: (bag: FlashBag) => FlashDraft;

/**
 * Messages for a later page. Each is delivered with exactly one response: everything that renders this response can
 * read it (a component that is rendered twice, an error page that replaces another page), and no later request can.
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

  /**
   * @param earlier The stored messages, by key.
   * @param claims Knows which of these messages other requests have claimed. Without it, all belong to this request.
   */
  constructor(earlier?: ReadonlyMap<string, Flash>, claims?: FlashClaims) {
    this.#draft = new FlashDraft(earlier, claims);
  }

  /**
   * Sets a message, which replaces those that wait under this key.
   *
   * @throws {InvalidSessionValueError} When the value cannot be stored.
   * @throws {SessionCommittedError} When the response head has been sent, because the message would be lost.
   */
  set(key: string, value: unknown): void {
    this.#draft.replace(key, value);
  }

  /**
   * Adds a message after those that wait under this key. When more than 100 messages wait, the oldest are dropped.
   * Throws as `set` does.
   */
  append(key: string, value: unknown): void {
    this.#draft.append(key, value);
  }

  /**
   * Adds a message for this page only, after those that it reads under this key. It is never stored, and no later page
   * shows it.
   *
   * @throws {InvalidSessionValueError} When the value could not be stored.
   */
  now(key: string, value: unknown): void {
    this.#asked.show(key, value);
  }

  /**
   * Lets the next page show again the messages that this response delivers, whether they have been read yet or not. In
   * this response, they can be read as before. Messages of {@link now} are not kept.
   *
   * @param key The key of the messages. Default: all.
   * @throws {SessionCommittedError} When the response head has been sent.
   */
  keep(key?: string): void {
    this.#asked.keep(key);
  }

  /**
   * Delivers the messages under a key and returns the latest. Returns `undefined` when there is none, and when the
   * message waits for the next page because its delivery cannot be recorded (the response head has been sent) or the
   * response cannot show it (a prefetch, an image).
   */
  get<Value = string>(key: string): Value | undefined {
    return frozen(this.#asked.deliver(key).at(-1)?.value) as Value | undefined;
  }

  /**
   * Delivers the messages under a key and returns all of them, the oldest first.
   *
   * @param isMeant Selects messages; the others keep waiting. Default: all.
   */
  getAll<Value = string>(key: string, isMeant?: (value: unknown) => boolean): Value[] {
    const delivered = this.#asked.deliver(key, isMeant);
    if (delivered.length > 1) this.#draft.noteShown(key);
    return delivered.map(({ value }) => frozen(value) as Value);
  }

  /** Returns the latest message under a key without delivering it: it stays for the next page. */
  peek<Value = string>(key: string): Value | undefined {
    return frozen(this.#asked.latest(key)?.value) as Value | undefined;
  }

  /** Checks whether this response can read a message under a key, without delivering it. */
  has(key: string): boolean {
    return this.#asked.has(key);
  }

  /** Delivers every message and returns them by key: the value of a single message, an array of several. */
  all(): Record<string, unknown> {
    const read = this.#asked.keys().map((key) => [key, this.getAll(key)] as const);
    const found = read.filter(([, values]) => values.length > 0);
    return Object.fromEntries(found.map(([key, values]) => [key, values.length > 1 ? values : values[0]]));
  }

  /** True when no message waits for a later page. */
  get isEmpty(): boolean {
    return this.#asked.isEmpty;
  }

  /** The draft. Reading it records that the response depends on the messages. */
  get #asked(): FlashDraft {
    this.#draft.wasAsked = true;
    return this.#draft;
  }
}
