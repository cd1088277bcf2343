import { SessionDraft } from './draft/session-draft.js';
import { added, pushed } from './draft/value-updates.js';
import { FlashBag } from './flash-bag.js';
import type { SessionRecord } from './record/session-record.js';
import type { ListKey, NumberKey, SessionContents, SessionItem, SessionKey, SessionValue } from './session-schema.js';
import type { ExclusiveOptions } from './steps/session-steps.js';
import { onItsOwn } from './steps/timed-run.js';

/** Returns the draft inside a session. For this package only; users have no access to it. */
export let draftOf: (session: Session) => SessionDraft;

/**
 * The values of one visitor during one request. All methods are synchronous and work in memory only; changes are
 * stored automatically after the page has rendered. Methods that change the session throw {@link
 * SessionCommittedError} once the response head has been sent. Reading from the session makes the response private:
 * no shared cache stores it.
 *
 * @example
 * Astro.locals.session.set('visits', (visits = 0) => visits + 1);
 */
export class Session<Data extends object = App.SessionData> {
  readonly #draft: SessionDraft;

  static {
    draftOf = (session) => session.#draft;
  }

  /**
   * @param opened The stored record; `undefined` for a visitor who has no session yet.
   * @param flashes The messages that wait in it.
   */
  constructor(opened?: SessionRecord, flashes: FlashBag = new FlashBag(opened?.flashes)) {
    this.#draft = new SessionDraft(opened, flashes);
  }

  /** Messages for a later page. */
  get flashes(): FlashBag {
    return this.#draft.contents.bag;
  }

  /** The session's id. A session that is not stored yet gets its id when this is first read. */
  get id(): string {
    return this.#asked.id;
  }

  /** True when no earlier request stored this session. */
  get isNew(): boolean {
    return this.#asked.isNew;
  }

  /** True when this request changed anything that must be stored. */
  get isDirty(): boolean {
    return this.#draft.isDirty;
  }

  /** True when {@link destroy} was called and nothing has been set since. */
  get isDestroyed(): boolean {
    return this.#draft.wasEnded && this.#draft.isEmpty;
  }

  /** True when the session has neither values nor messages. An empty session is not stored. */
  get isEmpty(): boolean {
    return this.#asked.isEmpty;
  }

  /**
   * True when the store could not be read, so the stored contents are unknown. The session then looks like a guest's.
   */
  get isUnavailable(): boolean {
    return this.#draft.failure !== undefined;
  }

  /** The time when the session began or its visitor last signed in; `undefined` before either is known. */
  get createdAt(): Date | undefined {
    return asDate(this.#asked.createdAt);
  }

  /**
   * The time when its visitor signed in; `undefined` for a guest, when another part of the application stored the
   * visitor, and while the visitor is impersonated.
   */
  get signedInAt(): Date | undefined {
    return this.#asked.impersonatorId === undefined ? asDate(this.#draft.signedInAt) : undefined;
  }

  /** The time when the session ends if no further request comes; `undefined` while there is nothing to store. */
  get expiresAt(): Date | undefined {
    return asDate(this.#asked.endsAt);
  }

  /**
   * Returns the value under a key. The value is frozen. To change it, set a changed copy: `set('cart', [...cart,
   * 'tea'])`.
   */
  get<Key extends SessionKey<Data>>(key: Key): SessionValue<Data, Key> | undefined {
    return this.#asked.values.get(key) as SessionValue<Data, Key> | undefined;
  }

  /** Checks whether a key has a value. */
  has(key: SessionKey<Data>): boolean {
    return this.get(key) !== undefined;
  }

  /**
   * Sets a key to a copy of a value, or to the result of a function of the old value. The function runs again if
   * another request has changed the old value by the time this request is stored. `undefined` removes the key.
   *
   * @throws {InvalidSessionValueError} For values other than JSON, Date, Map, Set, URL and BigInt.
   * @throws {TooManyKeysError} When the session already has 1000 keys.
   */
  set<Key extends SessionKey<Data>>(
    key: Key,
    value: SessionValue<Data, Key> | ((old: SessionValue<Data, Key> | undefined) => SessionValue<Data, Key>),
  ): this {
    this.#draft.changing(`session.set('${key}')`).assign(key, value);
    return this;
  }

  /**
   * Adds to the number under a key; one that is missing counts as 0. Concurrent requests all count.
   *
   * @param by A negative number subtracts.
   * @returns The new number, as this request knows it.
   * @throws {SessionValueTypeError} When the value is not a number.
   * @throws {InvalidSessionValueError} When `by` is not a finite number.
   */
  increment<Key extends SessionKey<Data>>(key: NumberKey<Data, Key>, by = 1): number {
    const values = this.#draft.changing(`session.increment('${key}')`);
    values.assign(key, added(key, by));
    return values.get(key) as number;
  }

  /**
   * Adds copies of items to the end of the list under a key; one that is missing counts as empty. Concurrent requests
   * keep each other's items.
   *
   * @throws {SessionValueTypeError} When the value is not a list.
   * @throws {InvalidSessionValueError} When an item cannot be stored.
   */
  push<Key extends SessionKey<Data>>(key: ListKey<Data, Key>, ...items: SessionItem<Data, Key>[]): this {
    this.#draft.changing(`session.push('${key}', …)`).assign(key, pushed(key, items));
    return this;
  }

  /**
   * Returns the value under a key, and removes it. Of concurrent requests, several can get it.
   */
  pull<Key extends SessionKey<Data>>(key: Key): SessionValue<Data, Key> | undefined {
    const value = this.#draft.changing(`session.pull('${key}')`).pull(key);
    return value as SessionValue<Data, Key> | undefined;
  }

  /**
   * Returns a one-time value and removes it from the stored session immediately: of concurrent requests, one gets it.
   * It stays taken, even if this request fails. With a store that cannot replace on condition (`cookie`, `unstorage`,
   * `astro`), it does the same as {@link pull}.
   *
   * @throws {StoreUnavailableError} When the store fails: it is then unknown whether the value was taken.
   */
  async take<Key extends SessionKey<Data>>(key: Key): Promise<SessionValue<Data, Key> | undefined> {
    const draft = this.#draft;
    draft.assertOpen(`session.take('${key}')`);
    const value = draft.steps ? await draft.steps.take(key) : draft.changing(`session.take('${key}')`).pull(key);
    return value as SessionValue<Data, Key> | undefined;
  }

  /**
   * Runs an asynchronous function once for all concurrent requests of this session: one runs it, the others wait for its
   * outcome. Requests that begin later run it again. Between processes, this needs a store that loses nothing.
   *
   * @param run Gets a signal that is aborted when the time is over. What it changes in the session, the others find there.
   * @returns A copy of its value, for each request.
   * @throws The error of the function, in each request of the process that ran it. Other processes run it themselves.
   * @throws {ExclusiveTimeoutError} When there is no outcome in time.
   * @throws {ExclusiveOutcomeLostError} When the session has ended, or the value was too large for other processes.
   * @throws {InvalidSessionValueError} When the value cannot be copied; sessions store the same kinds of values.
   * @example
   * const order = await session.exclusive('order', async (signal) => {
   *   const answer = await fetch('https://shop.example.com/orders', { method: 'POST', signal });
   *   return answer.json();
   * });
   */
  async exclusive<Value>(
    key: string,
    run: (signal: AbortSignal) => Value,
    options?: ExclusiveOptions,
  ): Promise<Awaited<Value>> {
    const { steps } = this.#asked;
    return steps ? steps.exclusive(key, run, options) : onItsOwn(key, run, options);
  }

  /** Removes a key. */
  unset(key: SessionKey<Data>): this {
    this.#draft.changing(`session.unset('${key}')`).unset(key);
    return this;
  }

  /** Removes every value. Messages stay. */
  clear(): this {
    this.#draft.changing('session.clear()').unsetAll();
    return this;
  }

  /** Returns every value, in a new object. */
  all(): SessionContents<Data> {
    return this.#asked.values.all() as SessionContents<Data>;
  }

  /** Returns the latest message under this key, and delivers it with this response and no other. */
  flash<Value = string>(key: string): Value | undefined;
  /** Adds a message for a later page, after those that already wait under this key. */
  flash(key: string, value: unknown): this;
  flash(...[key, ...given]: [key: string, value?: unknown]): unknown {
    this.#draft.isUsed = true;
    if (given.length === 0) return this.flashes.get(key);
    this.#draft.assertOpen(`session.flash('${key}', …)`);
    this.flashes.append(key, given[0]);
    return this;
  }

  /**
   * Changes the id and keeps the values. If the store supports it, requests with the old id find the session for ten
   * more seconds.
   */
  regenerate(): this {
    this.#draft.regenerate();
    return this;
  }

  /** Ends the session. Values that are set afterwards begin a new one. */
  destroy(): this {
    this.#draft.end();
    return this;
  }

  /** Returns the same as {@link all}. This is the name that earlier resolvers use. */
  contents(): SessionContents<Data> {
    return this.all();
  }

  /** The draft. Reading it records that the response depends on the session. */
  get #asked(): SessionDraft {
    this.#draft.isUsed = true;
    return this.#draft;
  }
}

function asDate(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
