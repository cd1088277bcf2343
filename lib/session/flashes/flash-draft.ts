import { SessionCommittedError } from '../../errors/index.js';
import type { Flash } from '../record/session-record.js';
import type { FlashClaims } from './flash-claims.js';
import { assertMessage, newMessage, warnOfDropped, warnOfUnseen } from './flash-messages.js';
import { KeptMessages } from './kept-messages.js';
import { WaitingMessages } from './waiting-messages.js';

type Flashes = ReadonlyMap<string, Flash>;

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
  readonly #waiting: WaitingMessages;
  /** Messages delivered with the current response, which can still read them. */
  #delivered: Map<string, readonly Flash[]> | undefined;
  /** Messages for the current response only. */
  #current: Map<string, readonly Flash[]> | undefined;
  /** Keys of which the page read every message. */
  #shown: Set<string> | undefined;
  /** Messages that this response delivers, and the next one again. */
  #kept: KeptMessages | undefined;
  #hasDropped = false;
  #isHeld = false;

  constructor(earlier?: Flashes, claims?: FlashClaims) {
    this.#waiting = new WaitingMessages(earlier, claims?.now);
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
    for (const { id } of this.#waiting.under(key)) this.#waiting.retire(key, id);
    this.#delivered?.delete(key);
  }

  /** Adds a message after those that wait under this key. */
  append(key: string, value: unknown): void {
    this.#assertOpen(`flashes.append('${key}', …)`);
    assertMessage(key, value);
    this.#add(key, value);
  }

  /** Adds a message that only the current response can read. It is never stored. */
  show(key: string, value: unknown): void {
    assertMessage(key, value);
    this.#current ??= new Map();
    this.#current.set(key, [...(this.#current.get(key) ?? []), newMessage(value)]);
  }

  /** Lets the next response deliver again what this one delivers. @param key Default: all keys. */
  keep(key?: string): void {
    this.#assertOpen(`flashes.keep(${key === undefined ? '' : `'${key}'`})`);
    this.#kept ??= new KeptMessages();
    this.#kept.choose(key);
    for (const [delivered, messages] of this.#delivered ?? []) this.#keepFor(delivered, messages);
  }

  /**
   * Delivers the messages under a key.
   *
   * @param isMeant Selects messages; the others keep waiting. Default: all.
   * @returns The messages that this response has delivered under the key, now or before.
   */
  deliver(key: string, isMeant?: (value: unknown) => boolean): readonly Flash[] {
    if (!this.#isHeld && !this.isClosed) this.#deliverWaiting(key, isMeant);
    const delivered = [...(this.#delivered?.get(key) ?? []), ...(this.#current?.get(key) ?? [])];
    return isMeant ? delivered.filter(({ value }) => isMeant(value)) : delivered;
  }

  #deliverWaiting(key: string, isMeant?: (value: unknown) => boolean): void {
    for (const { id } of this.#waiting.under(key)) if (this.claims?.wasDelivered(id)) this.#waiting.retire(key, id);
    for (const message of this.#readable(key)) {
      if (isMeant && !isMeant(message.value)) continue;
      if (!message.yields && this.claims?.claim(message) === false) continue;
      this.#delivered ??= new Map();
      this.#delivered.set(key, [...(this.#delivered.get(key) ?? []), message]);
      this.#waiting.retire(key, message.id);
    }
    this.#keepFor(key, this.#delivered?.get(key) ?? []);
  }

  /** Records that the page read every message of a key. */
  noteShown(key: string): void {
    this.#shown ??= new Set();
    this.#shown.add(key);
  }

  /** Returns the latest message under a key without delivering it. */
  latest(key: string): Flash | undefined {
    return this.#current?.get(key)?.at(-1) ?? this.#readable(key).at(-1) ?? this.#delivered?.get(key)?.at(-1);
  }

  has(key: string): boolean {
    return this.latest(key) !== undefined;
  }

  /** Returns the keys of messages for pages, including delivered ones. */
  keys(): string[] {
    const here = [...(this.#delivered ?? []), ...(this.#current ?? [])];
    const delivered = here.flatMap(([key, list]) => list.map((message) => [key, message] as const));
    const shown = [...this.#waiting.all(), ...delivered].filter(([, { yields }]) => !yields);
    return [...new Set(shown.map(([key]) => key))];
  }

  /** True when no message waits for a later page. */
  get isEmpty(): boolean {
    return this.#waiting.isEmpty;
  }

  /** When the last waiting message expires; `Infinity` if one lives as long as its session, or none waits. */
  get livesUntil(): number {
    return this.#waiting.livesUntil;
  }

  /** True when reading would deliver a message. */
  get isDeliverable(): boolean {
    if (this.#isHeld || this.isClosed || this.isEmpty) return false;
    return this.#waiting.all().some(([, message]) => this.#isFree(message));
  }

  /** True when the response contains messages. */
  get hasDelivered(): boolean {
    return this.#delivered !== undefined;
  }

  get isDirty(): boolean {
    return this.#waiting.isChanged;
  }

  /** Messages that this request added and has not delivered. */
  get added(): Flashes {
    return this.#waiting.added;
  }

  /** Ids of earlier messages that were delivered or replaced. */
  get taken(): ReadonlySet<string> {
    return this.#waiting.taken;
  }

  /** The ids in {@link taken}, and those delivered by other requests since, which the store may still contain. */
  get gone(): ReadonlySet<string> {
    if (this.#waiting.earlier.size === 0) return this.taken;
    const delivered = this.claims?.deliveredOf(this.#waiting.earlier) ?? [];
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
    this.#current = undefined;
    this.#kept = undefined;
    this.startOver(earlier);
  }

  /** Undoes every delivery and makes no more, because nobody will see the response. */
  giveBack(): void {
    // The messages themselves wait again, so their copies must not.
    for (const [key, id] of this.#kept?.copies ?? []) this.#waiting.retire(key, id);
    this.#kept = undefined;
    for (const [key, messages] of this.#delivered ?? []) {
      const added = messages.filter(({ id }) => !this.#waiting.restore(id));
      if (added.length > 0) this.#waiting.addFirst(key, added);
    }
    this.#delivered = undefined;
    this.claims?.takeBack();
    this.#isHeld = true;
  }

  /** Starts over from these messages, or from none. */
  startOver(earlier?: Flashes): void {
    this.#waiting.startOver(earlier);
  }

  #assertOpen(operation: string): void {
    if (this.isClosed) throw new SessionCommittedError(operation);
  }

  #add(key: string, value: unknown, kept?: Pick<Flash, 'until' | 'yields'>): void {
    this.#waiting.add(key, [newMessage(value, kept)]);
    this.#dropOldest();
  }

  #keepFor(key: string, delivered: readonly Flash[]): void {
    const copies = this.#kept?.copiesOf(key, delivered) ?? [];
    if (copies.length === 0) return;
    this.#waiting.addFirst(key, copies);
    this.#dropOldest();
  }

  #isFree(message: Flash): boolean {
    if (this.#kept?.has(message.id)) return false;
    return !this.claims || this.#isHeld || message.yields === true || this.claims.isFree(message);
  }

  /** Returns the waiting messages that no other request has claimed. */
  #readable(key: string): readonly Flash[] {
    return this.#waiting.under(key).filter((message) => this.#isFree(message));
  }

  #dropOldest(): void {
    const oldest = this.#waiting.all().slice(0, -MAX_WAITING);
    for (const [key, { id }] of oldest) this.#waiting.retire(key, id);
    if (oldest.length === 0 || this.#hasDropped) return;
    this.#hasDropped = true;
    warnOfDropped(MAX_WAITING);
  }
}
