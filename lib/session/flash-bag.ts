import { InvalidSessionValueError } from '../errors.js';
import { type Flash, whyNotStorable } from './session-record.js';

const NOTHING: ReadonlyMap<string, Flash> = new Map();

/**
 * Messages for a later page, each delivered exactly once: reading one takes it out.
 *
 * @example
 * const flashes = context.locals.services.get(FlashBag);
 * flashes.set('notice', 'Saved');
 * flashes.get('notice');                  // 'Saved', here or on a later page, once
 */
export class FlashBag {
  #earlier: ReadonlyMap<string, Flash>;
  readonly #added = new Map<string, Flash>();
  readonly #taken = new Set<string>();
  #isHeld = false;
  #isClosed = false;

  /** @param earlier What earlier requests left. */
  constructor(earlier: ReadonlyMap<string, Flash> = NOTHING) {
    this.#earlier = earlier;
  }

  /**
   * Leaves a message. One that already waits under this key is replaced.
   *
   * @throws {InvalidSessionValueError} When the value cannot be kept.
   */
  set(key: string, value: unknown): void {
    const reason = whyNotStorable(value);
    if (reason) throw new InvalidSessionValueError(key, reason);
    this.#take(key);
    this.#added.set(key, { id: flashId(), value });
  }

  /**
   * Takes a message. `undefined` when none waits; also when it could not be marked as delivered any more (the head is
   * sent), or must not be (a prefetch): then it waits for the next page.
   */
  get<Value = string>(key: string): Value | undefined {
    if (this.#isHeld || this.#isClosed) return undefined;
    const value = this.peek<Value>(key);
    this.#take(key);
    return value;
  }

  /** Looks at a message and leaves it where it is. */
  peek<Value = string>(key: string): Value | undefined {
    return this.#find(key)?.value as Value | undefined;
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  /** Takes every message. */
  all(): Record<string, unknown> {
    const waiting = this.keys().filter(() => !this.#isHeld && !this.#isClosed);
    return Object.fromEntries(waiting.map((key) => [key, this.get<unknown>(key)]));
  }

  /** The keys under which a message waits. */
  keys(): string[] {
    return [...new Set([...this.#earlier.keys(), ...this.#added.keys()])].filter((key) => this.has(key));
  }

  get isEmpty(): boolean {
    return this.#added.size === 0 && this.#earlier.size === this.#taken.size;
  }

  /** Whether messages wait that a read would still deliver. */
  get isDeliverable(): boolean {
    return !this.isEmpty && !this.#isHeld && !this.#isClosed;
  }

  get isDirty(): boolean {
    return this.#added.size > 0 || this.#taken.size > 0;
  }

  /** Messages this request left and nobody has read yet. */
  get added(): ReadonlyMap<string, Flash> {
    return this.#added;
  }

  /** Ids of the messages from earlier requests that were delivered. */
  get taken(): ReadonlySet<string> {
    return this.#taken;
  }

  /** From here on nothing is delivered: nobody will look at the answer (a prefetch, a HEAD request). */
  hold(): void {
    this.#isHeld = true;
  }

  /** From here on nothing is delivered, because it could not be recorded any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Undoes {@link close}, for a second answer to the same request: what was recorded until then stays recorded. */
  reopen(): void {
    this.#isClosed = false;
  }

  /** Takes back what this request did to the bag: a page that failed has delivered nothing. */
  rollBack(): void {
    this.#added.clear();
    this.#taken.clear();
  }

  /** Starts anew from other messages. */
  restart(earlier: ReadonlyMap<string, Flash> = NOTHING): void {
    this.#earlier = earlier;
    this.rollBack();
  }

  #find(key: string): Flash | undefined {
    const earlier = this.#earlier.get(key);
    return this.#added.get(key) ?? (earlier && !this.#taken.has(earlier.id) ? earlier : undefined);
  }

  #take(key: string): void {
    this.#added.delete(key);
    const earlier = this.#earlier.get(key);
    if (earlier) this.#taken.add(earlier.id);
  }
}

function flashId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
}
