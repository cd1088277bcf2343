import { FlashBag } from './flash-bag.js';
import type { SessionContents, SessionKey, SessionValue } from './session-data.js';
import type { SessionDevice } from './session-device.js';
import { journalOf, type SessionJournal } from './session-journal.js';
import { assertStorable, type SessionRecord } from './session-record.js';
import { SessionState, type SignIn } from './session-state.js';
import { SessionUse } from './session-use.js';
import { SessionValues, type Update } from './session-values.js';

/**
 * The values of one visitor for the time of one request. Synchronous and pure: nothing here touches more than memory.
 * What changed is stored after the page, by itself. Everything that changes the session throws
 * {@link SessionCommittedError} once the response head has been sent.
 *
 * @example
 * Astro.locals.session.set('visits', (visits = 0) => visits + 1);
 */
export class Session<Data extends object = App.SessionData> {
  readonly #flashes: FlashBag;
  readonly #values: SessionValues;
  readonly #state: SessionState;
  /** Stands in for values and messages while the request is another user's. */
  #aside: { readonly values: SessionValues; readonly flashes: FlashBag } | undefined;
  readonly #use = new SessionUse();

  /**
   * @param opened What the store had; nothing for a visitor who has no session yet.
   * @param flashes The messages that wait in it.
   */
  constructor(opened?: SessionRecord, flashes: FlashBag = new FlashBag(opened?.flashes)) {
    this.#state = new SessionState(opened);
    this.#values = new SessionValues(opened?.values, opened?.fitted);
    this.#flashes = flashes;
  }

  /** Messages for a later page. */
  get flashes(): FlashBag {
    return this.#aside?.flashes ?? this.#flashes;
  }

  /** The identifier. A session that holds nothing yet is given one when it is first asked for. */
  get id(): string {
    return this.#state.id;
  }

  /** Whether no earlier request left this session. */
  get isNew(): boolean {
    return this.#state.opened === undefined;
  }

  /** Whether this request changed anything that has to be stored. */
  get isDirty(): boolean {
    const isChanged = this.#values.isDirty || this.#flashes.isDirty || this.#state.isDirty;
    // Of what is not known nobody can tell whether a change of it makes a difference.
    return isChanged || (this.isUnavailable && this.#use.isChanged);
  }

  /** Whether {@link destroy} was called and nothing has been put into the session since. */
  get isDestroyed(): boolean {
    return this.#state.isEnded && this.isEmpty;
  }

  /** Whether {@link destroy} was called, whatever was put in afterwards. @internal */
  get wasEnded(): boolean {
    return this.#state.isEnded;
  }

  /** Whether it holds neither values nor messages. An empty session is not stored. */
  get isEmpty(): boolean {
    return this.#flashes.isEmpty && this.#values.isEmpty;
  }

  /** Whether nobody knows what is stored, because the store cannot be asked: then this looks like a guest's session. */
  get isUnavailable(): boolean {
    return this.#state.failure !== undefined;
  }

  /** When the session began or its visitor last signed in; `undefined` while nothing is stored. */
  get createdAt(): Date | undefined {
    const { createdAt } = this.#state;
    return createdAt === undefined ? undefined : new Date(createdAt);
  }

  /** When its visitor signed in; `undefined` for a guest, and where another part of the application put the visitor. */
  get signedInAt(): Date | undefined {
    const { hasSignedIn, opened } = this.#state;
    const isOwn = hasSignedIn || !opened?.isForeign;
    return isOwn && this.#values.get('userId') !== undefined ? this.createdAt : undefined;
  }

  /** When the session ends unless it is used again; `undefined` while nothing is stored. */
  get expiresAt(): Date | undefined {
    const { opened } = this.#state;
    return opened && new Date(opened.expiresAt);
  }

  /** The value under a key. It cannot be changed: put a changed copy in its place, as in `set('cart', [...cart, 'tea'])`. */
  get<Key extends SessionKey<Data>>(key: Key): SessionValue<Data, Key> | undefined {
    this.#use.isUsed = true;
    return this.#seen.get(key) as SessionValue<Data, Key> | undefined;
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
    this.#use.change(`session.set('${key}')`);
    const update = typeof value === 'function' ? (value as Update) : undefined;
    const values = this.#seen;
    const next = update ? update(values.get(key)) : value;
    assertStorable({ [key]: next });
    if (update && next !== undefined) values.update(key, next, update);
    else values.put({ [key]: next });
    return this;
  }

  unset(key: SessionKey<Data>): this {
    this.#use.change(`session.unset('${key}')`);
    this.#seen.unset(key);
    return this;
  }

  /** Takes every value out. Messages stay. */
  clear(): this {
    this.#use.change('session.clear()');
    for (const key of this.#seen.keys()) this.#seen.unset(key);
    return this;
  }

  /** Every value, as a fresh object. */
  all(): SessionContents<Data> {
    this.#use.isUsed = true;
    return this.contents();
  }

  /** The latest message under this key. It is delivered with this answer, and with no other. */
  flash<Value = string>(key: string): Value | undefined;
  /** Leaves a message for a later page, beside those that wait under this key. */
  flash(key: string, value: unknown): this;
  flash(...[key, ...given]: [key: string, value?: unknown]): unknown {
    this.#use.isUsed = true;
    if (given.length === 0) return this.flashes.get(key);
    this.#use.assertOpen(`session.flash('${key}', …)`);
    this.flashes.append(key, given[0]);
    return this;
  }

  /** Changes the id and keeps the values. Where the store can tell, the old id leads here for ten more seconds. */
  regenerate(): this {
    this.#use.change('session.regenerate()');
    this.#state.regenerate();
    return this;
  }

  /** Ends the session for good. What is set afterwards begins a new one. */
  destroy(): this {
    this.#use.change('session.destroy()');
    this.#aside = undefined;
    this.#state.end();
    this.#forget();
    return this;
  }

  /**
   * Makes these values the visitor's, under a new id and with a full absolute lifetime. Another visitor's values and
   * messages go; those of a guest, or of the same visitor, stay, but for what the last call had put in.
   *
   * @param now Milliseconds since the epoch.
   * @param how Where from, and for how long.
   * @see OWASP ASVS 5.0 7.2.4 (a new session token on authentication).
   * @internal
   */
  signIn(values: Readonly<Record<string, unknown>>, now: number, how?: SignIn): void {
    this.#use.change('setSession()');
    assertStorable(values);
    this.#aside = undefined;
    const before = this.#values.get('userId');
    if (before !== undefined && before !== values.userId) this.#forget();
    for (const key of this.#state.visitorKeys) this.#values.unset(key);
    this.#values.put(values);
    this.#state.signIn(Object.keys(values), now, how);
  }

  /** Changes some of what {@link signIn} gave, or adds to it. @internal */
  updateVisitor(values: Readonly<Record<string, unknown>>, device?: SessionDevice): void {
    this.#use.change('updateSession()');
    assertStorable(values);
    this.#values.put(values);
    this.#state.learn(Object.keys(values), device);
  }

  /**
   * Lets the session stand aside where it is another user's than the request: nothing of it is seen or changed, and what is
   * set is there for this request alone, until somebody signs in or out. @returns Whether it does. @internal
   */
  standAsideFor(visitor: Session): boolean {
    const own = this.#values.get('userId');
    const isAnothers = own !== undefined && own !== visitor.#values.get('userId');
    this.#aside = isAnothers
      ? (this.#aside ?? { values: new SessionValues(), flashes: this.#flashes.besides() })
      : undefined;
    return isAnothers;
  }

  /** Every value, without marking the session as used: for deciding who the visitor is. */
  contents(): SessionContents<Data> {
    return this.#seen.all() as SessionContents<Data>;
  }

  /** Grows with every change of a value, so that what was derived from them can tell that it is old. @internal */
  get revision(): number {
    return this.#use.revision;
  }

  /** Notes that the answer depends on the session. @internal */
  markUsed(): void {
    this.#use.isUsed = true;
  }

  /** Whether the answer is personal, because anything was read or written: then no shared cache may keep it. @internal */
  get wasUsed(): boolean {
    return this.#use.isUsed || this.isDirty || this.isUnavailable;
  }

  /** What a commit needs to know. Read by SessionManager alone. @internal */
  get journal(): SessionJournal {
    return journalOf(this.#state, this.#values, this.#flashes);
  }

  /** What stands for the session that this request's token was to open. Told by SessionManager alone. @internal */
  get fate(): Pick<SessionState, 'supersede' | 'fail' | 'place'> {
    return this.#state;
  }

  /** Whether changes throw by now. @internal */
  get isClosed(): boolean {
    return this.#use.isClosed;
  }

  /** From here on changes throw, because they could not reach the browser any more. @internal */
  close(): void {
    this.#use.isClosed = true;
    this.#flashes.close();
    this.#aside?.flashes.close();
  }

  /** Takes what the store holds now as the new starting point. @internal */
  settle(record: SessionRecord | undefined): void {
    this.#use.settle(this.#state.opened !== record);
    this.#state.settle(record);
    this.#values.restart(record?.values, record?.fitted);
    this.#flashes.settle(record?.flashes);
  }

  /** Goes on from what another part of the application has put into the store meanwhile. Changes stay. @internal */
  rebase(record: SessionRecord): void {
    this.#use.revision += 1;
    this.#state.rebase(record);
    this.#values.rebase(record.values);
  }

  /** Undoes {@link close}: a second answer to the same request is made (an error page). @internal */
  reopen(): void {
    this.#use.isClosed = false;
    this.#flashes.reopen();
    this.#aside?.flashes.reopen();
  }

  /** Takes back what this request did: it failed. That the session was ended stays. @internal */
  rollBack(): void {
    const { opened } = this.#state;
    this.#use.settle(true);
    this.#state.rollBack();
    this.#values.restart(opened?.values, opened?.fitted);
    this.#flashes.rollBack(opened?.flashes);
    this.#aside &&= { values: new SessionValues(), flashes: this.#flashes.besides() };
  }

  /** Drops the visitor's values and messages, the stored ones too. */
  #forget(): void {
    this.#state.forget();
    this.#values.restart();
    this.#flashes.rollBack();
  }

  get #seen(): SessionValues {
    return this.#aside?.values ?? this.#values;
  }
}
