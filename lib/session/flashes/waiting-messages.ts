import { messagesIn, underOneKey } from '../record/flash-lists.js';
import type { Flash } from '../record/session-record.js';

type Flashes = ReadonlyMap<string, Flash>;
type Lists = ReadonlyMap<string, readonly Flash[]>;

const NOTHING: Flashes = new Map();
const NO_LISTS: Lists = new Map();
const NO_IDS: ReadonlySet<string> = new Set();

/** The messages that wait for a page: the stored ones, those that this request added, and without those that it took. */
export class WaitingMessages {
  #earlier: Flashes;
  // Created when the first message is added or removed, because most requests do neither.
  #added: Map<string, readonly Flash[]> | undefined;
  /** Ids of earlier messages that must no longer be stored. */
  #taken: Set<string> | undefined;

  /** @param now When the request was opened, in milliseconds since the epoch. */
  constructor(
    earlier: Flashes = NOTHING,
    private readonly now = 0,
  ) {
    this.#earlier = earlier;
  }

  /** The stored messages with which the request began. */
  get earlier(): Flashes {
    return this.#earlier;
  }

  /** Messages that must be stored. */
  get added(): Flashes {
    if (this.#lists.size === 0) return NOTHING;
    return new Map([...this.#lists].flatMap(([key, list]) => [[key, underOneKey(list)] as [string, Flash]]));
  }

  /** Ids of earlier messages that were delivered or replaced. */
  get taken(): ReadonlySet<string> {
    return this.#taken ?? NO_IDS;
  }

  get isEmpty(): boolean {
    return this.#lists.size === 0 && (this.#earlier.size === 0 || this.all().length === 0);
  }

  get isChanged(): boolean {
    return this.#lists.size > 0 || this.taken.size > 0;
  }

  /** When the last message expires; `Infinity` if one lives as long as its session, or none waits. */
  get livesUntil(): number {
    const waiting = this.isEmpty ? [] : this.all();
    const ends = waiting.map(([, { until }]) => until ?? Number.POSITIVE_INFINITY);
    return ends.length > 0 ? Math.max(...ends) : Number.POSITIVE_INFINITY;
  }

  under(key: string): readonly Flash[] {
    const isThere = ({ id, until }: Flash) => !this.#taken?.has(id) && (until === undefined || this.now < until);
    const earlier = messagesIn(this.#earlier.get(key)).filter(isThere);
    return [...earlier, ...(this.#lists.get(key) ?? [])];
  }

  all(): (readonly [key: string, message: Flash])[] {
    const keys = new Set([...this.#earlier.keys(), ...this.#lists.keys()]);
    return [...keys].flatMap((key) => this.under(key).map((message) => [key, message] as const));
  }

  /** Adds messages after those that this request has added under the key. */
  add(key: string, messages: readonly Flash[]): void {
    this.#put(key, [...(this.#lists.get(key) ?? []), ...messages]);
  }

  /** Adds messages before those that this request has added under the key. */
  addFirst(key: string, messages: readonly Flash[]): void {
    this.#put(key, [...messages, ...(this.#lists.get(key) ?? [])]);
  }

  /** Makes a message be removed from the store, or not be added to it. */
  retire(key: string, id: string): void {
    const added = this.#lists.get(key) ?? [];
    const left = added.filter((message) => message.id !== id);
    if (left.length < added.length) return void (left.length > 0 ? this.#put(key, left) : this.#added?.delete(key));
    this.#taken ??= new Set();
    this.#taken.add(id);
  }

  /** Undoes {@link retire} for a message that is stored. @returns Whether it had been retired. */
  restore(id: string): boolean {
    return this.#taken?.delete(id) === true;
  }

  /** Starts over from these messages, or from none. */
  startOver(earlier: Flashes = NOTHING): void {
    this.#earlier = earlier;
    this.#added = undefined;
    this.#taken = undefined;
  }

  get #lists(): Lists {
    return this.#added ?? NO_LISTS;
  }

  #put(key: string, messages: readonly Flash[]): void {
    this.#added ??= new Map();
    this.#added.set(key, messages);
  }
}
