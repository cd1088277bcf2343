import { SessionCommittedError } from '../errors.js';
import { assertStorable, type Flash } from './session-record.js';

const NOTHING: ReadonlyMap<string, Flash> = new Map();
/** More are not read by anybody, and may well have been made of what somebody sent. */
const MAX_WAITING = 100;
const NO_IDS: ReadonlySet<string> = new Set();
/** What the keys begin with under which forms are kept: they are no messages of the application. */
export const FORM_KEYS = 'astro-gatehouse:form:';

/**
 * Messages for a later page, each delivered with exactly one answer: whatever reads one while that answer is made sees
 * it (a component that is rendered twice, an error page that takes another page's place), and no later request does.
 *
 * @example
 * const flashes = context.locals.services.get(FlashBag);
 * flashes.set('notice', 'Saved');
 * flashes.get('notice');                  // 'Saved', here or on a later page
 */
export class FlashBag {
  #earlier: ReadonlyMap<string, Flash>;
  #leasedBy: string | undefined;
  // Made when the first message comes or goes: in most requests none does.
  #added: Map<string, Flash> | undefined;
  /** Delivered with the answer that is being made; still readable, for that answer alone. */
  #delivered: Map<string, Flash> | undefined;
  /** Ids of earlier messages that are not to be stored any longer. */
  #taken: Set<string> | undefined;
  #hasDropped = false;
  #isHeld = false;
  #isClosed = false;

  /**
   * @param earlier What earlier requests left.
   * @param leasedBy The lease under which this request has them, and gives back what it does not deliver.
   */
  constructor(earlier: ReadonlyMap<string, Flash> = NOTHING, leasedBy?: string) {
    this.#earlier = earlier;
    this.#leasedBy = leasedBy;
  }

  /**
   * Leaves a message. One that already waits under this key is replaced. Of more than a hundred the oldest go.
   *
   * @throws {InvalidSessionValueError} When the value cannot be kept.
   * @throws {SessionCommittedError} When the head is sent: the message would be lost.
   */
  set(key: string, value: unknown): void {
    if (this.#isClosed) throw new SessionCommittedError(`flashes.set('${key}', …)`);
    assertStorable({ [key]: value });
    this.#retire(key);
    this.#delivered?.delete(key);
    this.#added ??= new Map();
    this.#added.set(key, { id: flashId(), value });
    if (this.#earlier.size + this.#added.size > MAX_WAITING) this.#dropOldest();
  }

  /**
   * Delivers a message. `undefined` when there is none; also when its delivery could not be recorded any more (the head
   * is sent), or must not be (a prefetch): then it waits for the next page.
   */
  get<Value = string>(key: string): Value | undefined {
    if (!this.#isHeld && !this.#isClosed) {
      const waiting = this.#waiting(key);
      if (waiting) this.#deliver(key, waiting);
    }
    return this.#delivered?.get(key)?.value as Value | undefined;
  }

  /** Looks at a message and leaves it where it is. */
  peek<Value = string>(key: string): Value | undefined {
    return (this.#waiting(key) ?? this.#delivered?.get(key))?.value as Value | undefined;
  }

  has(key: string): boolean {
    return this.#waiting(key) !== undefined || this.#delivered?.has(key) === true;
  }

  /** Delivers every message. */
  all(): Record<string, unknown> {
    const keys = [...this.#waitingKeys(), ...(this.#delivered?.keys() ?? [])];
    const read = keys.filter((key) => !key.startsWith(FORM_KEYS)).map((key) => [key, this.get<unknown>(key)] as const);
    return Object.fromEntries(read.filter(([, value]) => value !== undefined));
  }

  /** Whether no message waits for a later page. */
  get isEmpty(): boolean {
    return this.added.size === 0 && (this.#earlier.size === 0 || this.#waitingKeys().length === 0);
  }

  /** Whether forms wait, and no message. @internal */
  get holdsFormsAlone(): boolean {
    return !this.isEmpty && this.#waitingKeys().every((key) => key.startsWith(FORM_KEYS));
  }

  /** Whether a message waits that a read would still deliver. @internal */
  get isDeliverable(): boolean {
    return !this.#isHeld && !this.#isClosed && !this.isEmpty;
  }

  /** @internal */
  get isDirty(): boolean {
    return this.#leasedBy !== undefined || this.added.size > 0 || this.taken.size > 0;
  }

  /** @internal */
  get leasedBy(): string | undefined {
    return this.#leasedBy;
  }

  /** Messages this request left and nobody has read yet. @internal */
  get added(): ReadonlyMap<string, Flash> {
    return this.#added ?? NOTHING;
  }

  /** Ids of earlier messages that were delivered, or replaced. @internal */
  get taken(): ReadonlySet<string> {
    return this.#taken ?? NO_IDS;
  }

  /** From here on nothing is delivered: nobody will look at the answer (a prefetch, a HEAD request). @internal */
  hold(): void {
    this.#isHeld = true;
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
    this.#leasedBy = undefined;
    this.#restart(earlier);
  }

  /** Takes back what this request did, a delivery included, and holds these messages again; without any, none. @internal */
  rollBack(earlier?: ReadonlyMap<string, Flash>): void {
    this.#delivered = undefined;
    this.#restart(earlier);
  }

  #restart(earlier: ReadonlyMap<string, Flash> = NOTHING): void {
    this.#earlier = earlier;
    this.#added = undefined;
    this.#taken = undefined;
  }

  #waiting(key: string): Flash | undefined {
    const earlier = this.#earlier.get(key);
    return this.#added?.get(key) ?? (earlier && !this.#taken?.has(earlier.id) ? earlier : undefined);
  }

  #waitingKeys(): string[] {
    const keys = new Set([...this.#earlier.keys(), ...this.added.keys()]);
    return [...keys].filter((key) => this.#waiting(key) !== undefined);
  }

  #deliver(key: string, flash: Flash): void {
    this.#delivered ??= new Map();
    this.#delivered.set(key, flash);
    this.#retire(key);
  }

  #dropOldest(): void {
    const oldest = this.#waitingKeys().slice(0, -MAX_WAITING);
    for (const key of oldest) this.#retire(key);
    if (oldest.length === 0 || this.#hasDropped) return;
    this.#hasDropped = true;
    console.warn(
      `[astro-gatehouse] More than ${MAX_WAITING} messages wait in one session: the oldest are dropped. Keep several as a ` +
        `list under one key.`,
    );
  }

  /** Keeps a message from being stored. */
  #retire(key: string): void {
    this.#added?.delete(key);
    const earlier = this.#earlier.get(key);
    if (!earlier) return;
    this.#taken ??= new Set();
    this.#taken.add(earlier.id);
  }
}

function flashId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
}
