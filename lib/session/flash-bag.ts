import { InvalidSessionValueError, SessionCommittedError } from '../errors.js';
import type { FlashClaims } from './flash-claims.js';
import { FORM_KEYS, messagesIn, underOneKey } from './flash-lists.js';
import { frozen, frozenCopy } from './frozen-value.js';
import { assertStorable, type Flash } from './session-record.js';
import { warnOfUnseen } from './unseen-messages.js';

type Lists = ReadonlyMap<string, readonly Flash[]>;

const NOTHING: ReadonlyMap<string, Flash> = new Map();
const NO_LISTS: Lists = new Map();
/** More are not read by anybody, and may well have been made of what somebody sent. */
const MAX_WAITING = 100;
const NO_IDS: ReadonlySet<string> = new Set();

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
  #earlier: ReadonlyMap<string, Flash>;
  readonly #claims: FlashClaims | undefined;
  // Made when the first message comes or goes: in most requests none does.
  #added: Map<string, readonly Flash[]> | undefined;
  /** Delivered with the answer that is being made; still readable, for that answer alone. */
  #delivered: Map<string, readonly Flash[]> | undefined;
  /** Keys of which the page was given every message. */
  #shown: Set<string> | undefined;
  /** Ids of earlier messages that are not to be stored any longer. */
  #taken: Set<string> | undefined;
  #hasDropped = false;
  /** Whether something asked for messages. @internal */
  wasAsked = false;
  #isHeld = false;
  #isClosed = false;

  /** @param claims Tells which of the earlier messages other requests have; without it, all are this request's. */
  constructor(earlier: ReadonlyMap<string, Flash> = NOTHING, claims?: FlashClaims) {
    this.#earlier = earlier;
    this.#claims = claims;
  }

  /**
   * Leaves a message in the place of those that wait under this key.
   *
   * @throws {InvalidSessionValueError} When the value cannot be kept.
   * @throws {SessionCommittedError} When the head is sent: the message would be lost.
   */
  set(key: string, value: unknown): void {
    this.#assertOpen(`flashes.set('${key}', …)`);
    assertMessage(key, value);
    for (const { id } of this.#waiting(key)) this.#retire(key, id);
    this.#delivered?.delete(key);
    this.#add(key, value);
  }

  /** Leaves a message behind those that wait under this key. Of more than a hundred the oldest go. Throws as `set` does. */
  append(key: string, value: unknown): void {
    this.#assertOpen(`flashes.append('${key}', …)`);
    assertMessage(key, value);
    this.#add(key, value);
  }

  /**
   * Delivers the messages under a key and gives the latest. `undefined` when there is none, and when it waits for the next
   * page, because its delivery could not be recorded (the head is sent) or the answer cannot show it (a prefetch, an image).
   */
  get<Value = string>(key: string): Value | undefined {
    return frozen(this.#deliver(key).at(-1)?.value) as Value | undefined;
  }

  /**
   * Delivers the messages under a key and gives all of them, the oldest first.
   *
   * @param isMeant Which of them. Others stay where they are. Default: all.
   */
  getAll<Value = string>(key: string, isMeant: (value: unknown) => boolean = () => true): Value[] {
    const delivered = this.#deliver(key, isMeant);
    if (delivered.length > 1) {
      this.#shown ??= new Set();
      this.#shown.add(key);
    }
    return delivered.map(({ value }) => frozen(value) as Value);
  }

  /** Looks at the latest message under a key, and leaves it where it is. */
  peek<Value = string>(key: string): Value | undefined {
    this.wasAsked = true;
    const latest = this.#readable(key).at(-1) ?? this.#delivered?.get(key)?.at(-1);
    return frozen(latest?.value) as Value | undefined;
  }

  has(key: string): boolean {
    this.wasAsked = true;
    return this.#readable(key).length > 0 || this.#delivered?.has(key) === true;
  }

  /** Delivers every message, by its key. Of a key with several it gives a list. */
  all(): Record<string, unknown> {
    this.wasAsked = true;
    const keys = new Set([...this.#earlier.keys(), ...this.#lists.keys(), ...(this.#delivered?.keys() ?? [])]);
    const read = [...keys].filter((key) => !key.startsWith(FORM_KEYS)).map((key) => [key, this.getAll(key)] as const);
    const found = read.filter(([, values]) => values.length > 0);
    return Object.fromEntries(found.map(([key, values]) => [key, values.length > 1 ? values : values[0]]));
  }

  /** Whether no message waits for a later page. */
  get isEmpty(): boolean {
    return this.#lists.size === 0 && (this.#earlier.size === 0 || this.#allWaiting().length === 0);
  }

  /** Whether forms wait, and no message. @internal */
  get holdsFormsAlone(): boolean {
    const waiting = this.#allWaiting();
    return waiting.length > 0 && waiting.every(([key]) => key.startsWith(FORM_KEYS));
  }

  /** Whether a message waits that a read would still deliver. @internal */
  get isDeliverable(): boolean {
    if (this.#isHeld || this.#isClosed || this.isEmpty) return false;
    return this.#allWaiting().some(([key, message]) => this.#isFree(key, message));
  }

  /** Whether the answer has messages in it. @internal */
  get hasDelivered(): boolean {
    return this.#delivered !== undefined;
  }

  /** @internal */
  get isDirty(): boolean {
    return this.#lists.size > 0 || this.taken.size > 0;
  }

  /** What other requests of this process have to do with the messages. @internal */
  get claims(): FlashClaims | undefined {
    return this.#claims;
  }

  /** Messages this request left and nobody has read yet. @internal */
  get added(): ReadonlyMap<string, Flash> {
    if (this.#lists.size === 0) return NOTHING;
    return new Map([...this.#lists].flatMap(([key, list]) => [[key, underOneKey(list)] as [string, Flash]]));
  }

  /** Ids of earlier messages that were delivered, or replaced. @internal */
  get taken(): ReadonlySet<string> {
    return this.#taken ?? NO_IDS;
  }

  /** Those, and of messages that another request has delivered since: a store may know no better than this one. @internal */
  get gone(): ReadonlySet<string> {
    const delivered = this.#claims?.deliveredOf(this.#earlier) ?? [];
    return delivered.length === 0 ? this.taken : new Set([...this.taken, ...delivered]);
  }

  /** Another one of the same class, in which nothing waits. @internal */
  besides(): FlashBag {
    return new (this.constructor as typeof FlashBag)();
  }

  /** Has nothing be delivered, because the answer cannot show it, or be delivered again. @internal */
  hold(isHeld = true): void {
    this.#isHeld = isHeld;
  }

  /** From here on nothing is delivered, because it could not be recorded any more. @internal */
  close(): void {
    this.#isClosed = true;
  }

  /** Undoes {@link close}: a second answer to the same request is being made. @internal */
  reopen(): void {
    this.#isClosed = false;
  }

  /** Takes what was committed as the new starting point. What was delivered stays readable. @internal */
  settle(earlier: ReadonlyMap<string, Flash> = NOTHING): void {
    for (const [key, { length }] of this.#delivered ?? []) if (!this.#shown?.has(key)) warnOfUnseen(key, length);
    this.#claims?.deliver();
    this.#claims?.end();
    this.drop(earlier);
  }

  /** Takes back what this request did, a delivery included, and starts over from these messages. @internal */
  rollBack(earlier?: ReadonlyMap<string, Flash>): void {
    this.#claims?.release();
    this.#delivered = undefined;
    this.drop(earlier);
  }

  /** Takes back every delivery, and makes none any more: nobody is going to look at the answer. @internal */
  giveBack(): void {
    for (const [key, messages] of this.#delivered ?? []) {
      const added = messages.filter(({ id }) => !this.#taken?.delete(id));
      if (added.length > 0) this.#put(key, [...added, ...(this.#lists.get(key) ?? [])]);
    }
    this.#delivered = undefined;
    this.#claims?.takeBack();
    this.#isHeld = true;
  }

  /** Starts over from these messages; without any, from none. @internal */
  drop(earlier: ReadonlyMap<string, Flash> = NOTHING): void {
    this.#earlier = earlier;
    this.#added = undefined;
    this.#taken = undefined;
  }

  get #lists(): Lists {
    return this.#added ?? NO_LISTS;
  }

  #assertOpen(operation: string): void {
    if (this.#isClosed) throw new SessionCommittedError(operation);
  }

  #add(key: string, value: unknown): void {
    this.#put(key, [...(this.#lists.get(key) ?? []), { id: flashId(), value: frozenCopy(value) }]);
    this.#dropOldest();
  }

  #put(key: string, messages: readonly Flash[]): void {
    this.#added ??= new Map();
    this.#added.set(key, messages);
  }

  #isFree(key: string, message: Flash): boolean {
    return !this.#claims || this.#isHeld || key.startsWith(FORM_KEYS) || this.#claims.isFree(message);
  }

  #waiting(key: string): readonly Flash[] {
    const earlier = messagesIn(this.#earlier.get(key)).filter(({ id }) => !this.#taken?.has(id));
    return [...earlier, ...(this.#lists.get(key) ?? [])];
  }

  /** Those that no other request has. */
  #readable(key: string): readonly Flash[] {
    return this.#waiting(key).filter((message) => this.#isFree(key, message));
  }

  #allWaiting(): (readonly [key: string, message: Flash])[] {
    const keys = new Set([...this.#earlier.keys(), ...this.#lists.keys()]);
    return [...keys].flatMap((key) => this.#waiting(key).map((message) => [key, message] as const));
  }

  /** @returns What was delivered under a key, now or before in this answer. */
  #deliver(key: string, isMeant: (value: unknown) => boolean = () => true): readonly Flash[] {
    this.wasAsked = true;
    if (!this.#isHeld && !this.#isClosed) {
      for (const { id } of this.#waiting(key)) if (this.#claims?.wasDelivered(id)) this.#retire(key, id);
      for (const message of this.#readable(key)) {
        if (!isMeant(message.value)) continue;
        if (this.#claims && !key.startsWith(FORM_KEYS) && !this.#claims.claim(message)) continue;
        this.#delivered ??= new Map();
        this.#delivered.set(key, [...(this.#delivered.get(key) ?? []), message]);
        this.#retire(key, message.id);
      }
    }
    return (this.#delivered?.get(key) ?? []).filter(({ value }) => isMeant(value));
  }

  #dropOldest(): void {
    const oldest = this.#allWaiting().slice(0, -MAX_WAITING);
    for (const [key, { id }] of oldest) this.#retire(key, id);
    if (oldest.length === 0 || this.#hasDropped) return;
    this.#hasDropped = true;
    console.warn(
      `[astro-gatehouse] More than ${MAX_WAITING} messages wait in one session: the oldest are dropped. Keep several as a ` +
        `list under one key.`,
    );
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

function assertMessage(key: string, value: unknown): void {
  if (value === undefined) {
    const reason = `undefined is no message. Leave the call out; flash('${key}') alone reads what waits`;
    throw new InvalidSessionValueError(key, reason);
  }
  assertStorable({ [key]: value });
}

function flashId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
}
