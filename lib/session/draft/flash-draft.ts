import { SessionCommittedError } from '../../errors/index.js';
import { messagesIn, underOneKey } from '../record/flash-lists.js';
import type { Flash } from '../record/session-record.js';
import type { FlashClaims } from './flash-claims.js';
import { assertMessage, newMessage, warnOfDropped, warnOfUnseen } from './flash-messages.js';

type Flashes = ReadonlyMap<string, Flash>;
type Lists = ReadonlyMap<string, readonly Flash[]>;

const NOTHING: Flashes = new Map();
const NO_LISTS: Lists = new Map();
const NO_IDS: ReadonlySet<string> = new Set();
/** Maximum number of waiting messages. Nobody reads more, and a client's requests may have caused them. */
const MAX_WAITING = 100;

/** The state of a session's messages during a request. The private part of a FlashBag. */
export class FlashDraft {
  /** True when the request accessed messages. */
  wasAsked = false;
  /** True when messages can be neither delivered nor added, because that could no longer be stored. */
  isClosed = false;
  /** The claims of this process's requests on messages. Without them, all messages are this request's. */
  readonly claims: FlashClaims | undefined;
  #earlier: Flashes;
  // Created when the first message is added or removed, because most requests do neither.
  #added: Map<string, readonly Flash[]> | undefined;
  /** Messages delivered with the current response, which can still read them. */
  #delivered: Map<string, readonly Flash[]> | undefined;
  /** Keys of which the page read every message. */
  #shown: Set<string> | undefined;
  /** Ids of earlier messages that must no longer be stored. */
  #taken: Set<string> | undefined;
  #hasDropped = false;
  #isHeld = false;

  constructor(earlier: Flashes = NOTHING, claims?: FlashClaims) {
    this.#earlier = earlier;
    this.claims = claims;
  }

  /**
   * Sets a message, which replaces those that wait under this key.
   *
   * @param kept For internal data that is stored with the messages and read by its key: when it expires, in
   *   milliseconds since the epoch, and whether it is dropped first when room is needed.
   */
  replace(key: string, value: unknown, kept?: Pick<Flash, 'until' | 'yields'>): void {
    this.#assertOpen(`flashes.set('${key}', …)`);
    assertMessage(key, value);
    this.discard(key);
    this.#add(key, value, kept);
  }

  /** Removes the messages under a key, also while none can be delivered. */
  discard(key: string): void {
    for (const { id } of this.#waiting(key)) this.#retire(key, id);
    this.#delivered?.delete(key);
  }

  /** Adds a message after those that wait under this key. */
  append(key: string, value: unknown): void {
    this.#assertOpen(`flashes.append('${key}', …)`);
    assertMessage(key, value);
    this.#add(key, value);
  }

  /**
   * Delivers the messages under a key.
   *
   * @param isMeant Selects messages; the others keep waiting. Default: all.
   * @returns The messages that this response has delivered under the key, now or before.
   */
  deliver(key: string, isMeant?: (value: unknown) => boolean): readonly Flash[] {
    if (!this.#isHeld && !this.isClosed) {
      for (const { id } of this.#waiting(key)) if (this.claims?.wasDelivered(id)) this.#retire(key, id);
      for (const message of this.#readable(key)) {
        if (isMeant && !isMeant(message.value)) continue;
        if (!message.yields && this.claims?.claim(message) === false) continue;
        this.#delivered ??= new Map();
        this.#delivered.set(key, [...(this.#delivered.get(key) ?? []), message]);
        this.#retire(key, message.id);
      }
    }
    const delivered = this.#delivered?.get(key) ?? [];
    return isMeant ? delivered.filter(({ value }) => isMeant(value)) : delivered;
  }

  /** Records that the page read every message of a key. */
  noteShown(key: string): void {
    this.#shown ??= new Set();
    this.#shown.add(key);
  }

  /** Returns the latest message under a key without delivering it. */
  latest(key: string): Flash | undefined {
    return this.#readable(key).at(-1) ?? this.#delivered?.get(key)?.at(-1);
  }

  has(key: string): boolean {
    return this.#readable(key).length > 0 || this.#delivered?.has(key) === true;
  }

  /** Returns the keys of messages for pages, including delivered ones. */
  keys(): string[] {
    const delivered = [...(this.#delivered ?? [])].flatMap(([key, list]) =>
      list.map((message) => [key, message] as const),
    );
    const shown = [...this.#allWaiting(), ...delivered].filter(([, { yields }]) => !yields);
    return [...new Set(shown.map(([key]) => key))];
  }

  /** True when no message waits for a later page. */
  get isEmpty(): boolean {
    return this.#lists.size === 0 && (this.#earlier.size === 0 || this.#allWaiting().length === 0);
  }

  /** When the last waiting message expires; `Infinity` if one lives as long as its session, or none waits. */
  get livesUntil(): number {
    const ends = (this.isEmpty ? [] : this.#allWaiting()).map(([, { until }]) => until ?? Number.POSITIVE_INFINITY);
    return ends.length > 0 ? Math.max(...ends) : Number.POSITIVE_INFINITY;
  }

  /** True when reading would deliver a message. */
  get isDeliverable(): boolean {
    if (this.#isHeld || this.isClosed || this.isEmpty) return false;
    return this.#allWaiting().some(([, message]) => this.#isFree(message));
  }

  /** True when the response contains messages. */
  get hasDelivered(): boolean {
    return this.#delivered !== undefined;
  }

  get isDirty(): boolean {
    return this.#lists.size > 0 || this.taken.size > 0;
  }

  /** Messages that this request added and has not delivered. */
  get added(): Flashes {
    if (this.#lists.size === 0) return NOTHING;
    return new Map([...this.#lists].flatMap(([key, list]) => [[key, underOneKey(list)] as [string, Flash]]));
  }

  /** Ids of earlier messages that were delivered or replaced. */
  get taken(): ReadonlySet<string> {
    return this.#taken ?? NO_IDS;
  }

  /** The ids in {@link taken}, and those delivered by other requests since, which the store may still contain. */
  get gone(): ReadonlySet<string> {
    if (this.#earlier.size === 0) return this.taken;
    const delivered = this.claims?.deliveredOf(this.#earlier) ?? [];
    return delivered.length === 0 ? this.taken : new Set([...this.taken, ...delivered]);
  }

  /** Stops the delivery of messages when the response cannot show them, or resumes it. */
  hold(isHeld = true): void {
    this.#isHeld = isHeld;
  }

  /** Makes the committed messages the new starting point. Delivered ones stay readable. */
  settle(earlier?: Flashes): void {
    for (const [key, messages] of this.#delivered ?? []) {
      if (!this.#shown?.has(key)) warnOfUnseen(key, messages.filter(({ yields }) => !yields).length);
    }
    this.claims?.deliver();
    this.claims?.end();
    this.startOver(earlier);
  }

  /** Undoes this request's changes and deliveries, and starts over from these messages. */
  rollBack(earlier?: Flashes): void {
    this.claims?.release();
    this.#delivered = undefined;
    this.startOver(earlier);
  }

  /** Undoes every delivery and makes no more, because nobody will see the response. */
  giveBack(): void {
    for (const [key, messages] of this.#delivered ?? []) {
      const added = messages.filter(({ id }) => !this.#taken?.delete(id));
      if (added.length > 0) this.#put(key, [...added, ...(this.#lists.get(key) ?? [])]);
    }
    this.#delivered = undefined;
    this.claims?.takeBack();
    this.#isHeld = true;
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

  #assertOpen(operation: string): void {
    if (this.isClosed) throw new SessionCommittedError(operation);
  }

  #add(key: string, value: unknown, kept?: Pick<Flash, 'until' | 'yields'>): void {
    this.#put(key, [...(this.#lists.get(key) ?? []), newMessage(value, kept)]);
    this.#dropOldest();
  }

  #put(key: string, messages: readonly Flash[]): void {
    this.#added ??= new Map();
    this.#added.set(key, messages);
  }

  #isFree(message: Flash): boolean {
    return !this.claims || this.#isHeld || message.yields === true || this.claims.isFree(message);
  }

  #waiting(key: string): readonly Flash[] {
    const now = this.claims?.now ?? 0;
    const isThere = ({ id, until }: Flash) => !this.#taken?.has(id) && (until === undefined || now < until);
    const earlier = messagesIn(this.#earlier.get(key)).filter(isThere);
    return [...earlier, ...(this.#lists.get(key) ?? [])];
  }

  /** Returns the waiting messages that no other request has claimed. */
  #readable(key: string): readonly Flash[] {
    return this.#waiting(key).filter((message) => this.#isFree(message));
  }

  #allWaiting(): (readonly [key: string, message: Flash])[] {
    const keys = new Set([...this.#earlier.keys(), ...this.#lists.keys()]);
    return [...keys].flatMap((key) => this.#waiting(key).map((message) => [key, message] as const));
  }

  #dropOldest(): void {
    const oldest = this.#allWaiting().slice(0, -MAX_WAITING);
    for (const [key, { id }] of oldest) this.#retire(key, id);
    if (oldest.length > 0 && !this.#hasDropped) warnOfDropped(MAX_WAITING);
    this.#hasDropped ||= oldest.length > 0;
  }

  /** Makes a message be removed from the store, or not be added to it. */
  #retire(key: string, id: string): void {
    const added = this.#lists.get(key) ?? [];
    const left = added.filter((message) => message.id !== id);
    if (left.length < added.length) return void (left.length > 0 ? this.#put(key, left) : this.#added?.delete(key));
    this.#taken ??= new Set();
    this.#taken.add(id);
  }
}
