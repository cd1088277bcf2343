import { SessionCommittedError } from '../errors.js';
import type { FlashClaims } from './flash-claims.js';
import { messagesIn, underOneKey } from './flash-lists.js';
import { assertMessage, newMessage } from './new-message.js';
import type { Flash } from './session-record.js';
import { warnOfDropped, warnOfUnseen } from './unseen-messages.js';

type Flashes = ReadonlyMap<string, Flash>;
type Lists = ReadonlyMap<string, readonly Flash[]>;

const NOTHING: Flashes = new Map();
const NO_LISTS: Lists = new Map();
const NO_IDS: ReadonlySet<string> = new Set();
/** More are not read by anybody, and may well have been made of what somebody sent. */
const MAX_WAITING = 100;

/** The messages of a session while a request lasts: which waited, and what became of them. The inside of a FlashBag. */
export class FlashDraft {
  /** Whether something asked for messages. */
  wasAsked = false;
  /** Whether nothing is delivered, and nothing left, because it could not be recorded any more. */
  isClosed = false;
  /** What other requests of this process have to do with the messages; without it, all are this request's. */
  readonly claims: FlashClaims | undefined;
  #earlier: Flashes;
  // Made when the first message comes or goes: in most requests none does.
  #added: Map<string, readonly Flash[]> | undefined;
  /** Delivered with the answer that is being made; still readable, for that answer alone. */
  #delivered: Map<string, readonly Flash[]> | undefined;
  /** Keys of which the page was given every message. */
  #shown: Set<string> | undefined;
  /** Ids of earlier messages that are not to be stored any longer. */
  #taken: Set<string> | undefined;
  #hasDropped = false;
  #isHeld = false;

  constructor(earlier: Flashes = NOTHING, claims?: FlashClaims) {
    this.#earlier = earlier;
    this.claims = claims;
  }

  /**
   * Leaves a message in the place of those that wait under this key.
   *
   * @param kept For what is kept beside the messages, and found by whoever knows the key: until when, in milliseconds since
   *   the epoch, and whether it yields where room is needed.
   */
  replace(key: string, value: unknown, kept?: Pick<Flash, 'until' | 'yields'>): void {
    this.#assertOpen(`flashes.set('${key}', …)`);
    assertMessage(key, value);
    for (const { id } of this.#waiting(key)) this.#retire(key, id);
    this.#delivered?.delete(key);
    this.#add(key, value, kept);
  }

  /** Leaves a message behind those that wait under this key. */
  append(key: string, value: unknown): void {
    this.#assertOpen(`flashes.append('${key}', …)`);
    assertMessage(key, value);
    this.#add(key, value);
  }

  /**
   * Delivers the messages under a key.
   *
   * @param isMeant Which of them. Others stay where they are. Default: all.
   * @returns What was delivered under the key, now or before in this answer.
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

  /** Notes that the page was given every message of a key. */
  noteShown(key: string): void {
    this.#shown ??= new Set();
    this.#shown.add(key);
  }

  /** The latest message under a key, which stays where it is. */
  latest(key: string): Flash | undefined {
    return this.#readable(key).at(-1) ?? this.#delivered?.get(key)?.at(-1);
  }

  has(key: string): boolean {
    return this.#readable(key).length > 0 || this.#delivered?.has(key) === true;
  }

  /** Keys under which there are messages for pages, delivered ones too. */
  keys(): string[] {
    const delivered = [...(this.#delivered ?? [])].flatMap(([key, list]) =>
      list.map((message) => [key, message] as const),
    );
    const shown = [...this.#allWaiting(), ...delivered].filter(([, { yields }]) => !yields);
    return [...new Set(shown.map(([key]) => key))];
  }

  /** Whether no message waits for a later page. */
  get isEmpty(): boolean {
    return this.#lists.size === 0 && (this.#earlier.size === 0 || this.#allWaiting().length === 0);
  }

  /** Until when the last of them lives; `Infinity` where one lives as long as its session, or none waits. */
  get livesUntil(): number {
    const waiting = this.isEmpty ? [] : this.#allWaiting();
    const ends = waiting.map(([, { until }]) => until ?? Number.POSITIVE_INFINITY);
    return ends.length > 0 ? Math.max(...ends) : Number.POSITIVE_INFINITY;
  }

  /** Whether a message waits that a read would still deliver. */
  get isDeliverable(): boolean {
    if (this.#isHeld || this.isClosed || this.isEmpty) return false;
    return this.#allWaiting().some(([, message]) => this.#isFree(message));
  }

  /** Whether the answer has messages in it. */
  get hasDelivered(): boolean {
    return this.#delivered !== undefined;
  }

  get isDirty(): boolean {
    return this.#lists.size > 0 || this.taken.size > 0;
  }

  /** Messages this request left and nobody has read yet. */
  get added(): Flashes {
    if (this.#lists.size === 0) return NOTHING;
    return new Map([...this.#lists].flatMap(([key, list]) => [[key, underOneKey(list)] as [string, Flash]]));
  }

  /** Ids of earlier messages that were delivered, or replaced. */
  get taken(): ReadonlySet<string> {
    return this.#taken ?? NO_IDS;
  }

  /** Those, and of messages that another request has delivered since: a store may know no better than this one. */
  get gone(): ReadonlySet<string> {
    if (this.#earlier.size === 0) return this.taken;
    const delivered = this.claims?.deliveredOf(this.#earlier) ?? [];
    return delivered.length === 0 ? this.taken : new Set([...this.taken, ...delivered]);
  }

  /** Has nothing be delivered, because the answer cannot show it, or be delivered again. */
  hold(isHeld = true): void {
    this.#isHeld = isHeld;
  }

  /** Takes what was committed as the new starting point. What was delivered stays readable. */
  settle(earlier?: Flashes): void {
    for (const [key, messages] of this.#delivered ?? []) {
      if (!this.#shown?.has(key)) warnOfUnseen(key, messages.filter(({ yields }) => !yields).length);
    }
    this.claims?.deliver();
    this.claims?.end();
    this.startOver(earlier);
  }

  /** Takes back what this request did, a delivery included, and starts over from these messages. */
  rollBack(earlier?: Flashes): void {
    this.claims?.release();
    this.#delivered = undefined;
    this.startOver(earlier);
  }

  /** Takes back every delivery, and makes none any more: nobody is going to look at the answer. */
  giveBack(): void {
    for (const [key, messages] of this.#delivered ?? []) {
      const added = messages.filter(({ id }) => !this.#taken?.delete(id));
      if (added.length > 0) this.#put(key, [...added, ...(this.#lists.get(key) ?? [])]);
    }
    this.#delivered = undefined;
    this.claims?.takeBack();
    this.#isHeld = true;
  }

  /** Starts over from these messages; without any, from none. */
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

  /** Those that no other request has. */
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
    if (oldest.length === 0 || this.#hasDropped) return;
    this.#hasDropped = true;
    warnOfDropped(MAX_WAITING);
  }

  /** Keeps a message from being stored. */
  #retire(key: string, id: string): void {
    const added = this.#lists.get(key) ?? [];
    const left = added.filter((message) => message.id !== id);
    if (left.length < added.length) return void (left.length > 0 ? this.#put(key, left) : this.#added?.delete(key));
    this.#taken ??= new Set();
    this.#taken.add(id);
  }
}
