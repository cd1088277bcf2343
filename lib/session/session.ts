import { FlashBag } from './flash-bag.js';
import type { SessionContents, SessionKey, SessionValue } from './session-data.js';
import { SessionDraft } from './session-draft.js';
import type { SessionRecord } from './session-record.js';

/** Gives the inside of a session to the rest of the package, which users have no business with. */
export let draftOf: (session: Session) => SessionDraft;

/**
 * The values of one visitor for the time of one request. Synchronous and pure: nothing here touches more than memory.
 * What changed is stored after the page, by itself. Everything that changes the session throws
 * {@link SessionCommittedError} once the response head has been sent. Whatever is read of it makes the answer this visitor's
 * alone, which no shared cache keeps.
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
   * @param opened What the store had; nothing for a visitor who has no session yet.
   * @param flashes The messages that wait in it.
   */
  constructor(opened?: SessionRecord, flashes: FlashBag = new FlashBag(opened?.flashes)) {
    this.#draft = new SessionDraft(opened, flashes);
  }

  /** Messages for a later page. */
  get flashes(): FlashBag {
    return this.#draft.contents.bag;
  }

  /** The identifier. A session that holds nothing yet is given one when it is first asked for. */
  get id(): string {
    return this.#asked.id;
  }

  /** Whether no earlier request left this session. */
  get isNew(): boolean {
    return this.#asked.isNew;
  }

  /** Whether this request changed anything that has to be stored. */
  get isDirty(): boolean {
    return this.#draft.isDirty;
  }

  /** Whether {@link destroy} was called and nothing has been put into the session since. */
  get isDestroyed(): boolean {
    return this.#draft.wasEnded && this.#draft.isEmpty;
  }

  /** Whether it holds neither values nor messages. An empty session is not stored. */
  get isEmpty(): boolean {
    return this.#asked.isEmpty;
  }

  /** Whether nobody knows what is stored, because the store cannot be asked: then this looks like a guest's session. */
  get isUnavailable(): boolean {
    return this.#draft.failure !== undefined;
  }

  /** When the session began or its visitor last signed in; `undefined` while nothing is stored. */
  get createdAt(): Date | undefined {
    return asDate(this.#asked.createdAt);
  }

  /** When its visitor signed in; `undefined` for a guest, and where another part of the application put the visitor. */
  get signedInAt(): Date | undefined {
    return asDate(this.#asked.signedInAt);
  }

  /** When the session ends unless it is used again; `undefined` while nothing is stored. */
  get expiresAt(): Date | undefined {
    return asDate(this.#asked.opened?.expiresAt);
  }

  /** The value under a key. It cannot be changed: put a changed copy in its place, as in `set('cart', [...cart, 'tea'])`. */
  get<Key extends SessionKey<Data>>(key: Key): SessionValue<Data, Key> | undefined {
    return this.#asked.values.get(key) as SessionValue<Data, Key> | undefined;
  }

  has(key: SessionKey<Data>): boolean {
    return this.get(key) !== undefined;
  }

  /**
   * Puts a value under a key as it is now, or what a function makes of the value before; it is asked again when another request has
   * changed that by the time this one is stored. `undefined` takes the key out.
   *
   * @throws {InvalidSessionValueError} For values other than JSON, Date, Map, Set, URL and BigInt.
   * @throws {TooManyKeysError} When a thousand keys are there already.
   */
  set<Key extends SessionKey<Data>>(
    key: Key,
    value: SessionValue<Data, Key> | ((old: SessionValue<Data, Key> | undefined) => SessionValue<Data, Key>),
  ): this {
    this.#draft.changing(`session.set('${key}')`).assign(key, value);
    return this;
  }

  unset(key: SessionKey<Data>): this {
    this.#draft.changing(`session.unset('${key}')`).unset(key);
    return this;
  }

  /** Takes every value out. Messages stay. */
  clear(): this {
    this.#draft.changing('session.clear()').unsetAll();
    return this;
  }

  /** Every value, as a fresh object. */
  all(): SessionContents<Data> {
    return this.#asked.values.all() as SessionContents<Data>;
  }

  /** The latest message under this key. It is delivered with this answer, and with no other. */
  flash<Value = string>(key: string): Value | undefined;
  /** Leaves a message for a later page, beside those that wait under this key. */
  flash(key: string, value: unknown): this;
  flash(...[key, ...given]: [key: string, value?: unknown]): unknown {
    this.#draft.isUsed = true;
    if (given.length === 0) return this.flashes.get(key);
    this.#draft.assertOpen(`session.flash('${key}', …)`);
    this.flashes.append(key, given[0]);
    return this;
  }

  /** Changes the id and keeps the values. Where the store can tell, the old id leads here for ten more seconds. */
  regenerate(): this {
    this.#draft.regenerate();
    return this;
  }

  /** Ends the session for good. What is set afterwards begins a new one. */
  destroy(): this {
    this.#draft.end();
    return this;
  }

  /** The same as `all()`, under the name that resolvers of before know. */
  contents(): SessionContents<Data> {
    return this.all();
  }

  /** The inside, of which the answer depends from here on. */
  get #asked(): SessionDraft {
    this.#draft.isUsed = true;
    return this.#draft;
  }
}

function asDate(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
