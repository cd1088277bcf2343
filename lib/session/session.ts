import { SessionCommittedError } from '../errors.js';
import { FlashBag } from './flash-bag.js';
import type { SessionContents, SessionKey, SessionValue } from './session-data.js';
import type { SessionDevice } from './session-device.js';
import { journalOf, type SessionJournal } from './session-journal.js';
import { assertStorable, type SessionRecord } from './session-record.js';
import { SessionState, type SignIn } from './session-state.js';
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
  /** Messages for a later page. */
  readonly flashes: FlashBag;
  readonly #values: SessionValues;
  readonly #state: SessionState;
  #isClosed = false;
  #wasUsed = false;
  #wasChanged = false;
  #revision = 0;

  /**
   * @param opened What the store had; nothing for a visitor who has no session yet.
   * @param flashes The messages that wait in it.
   */
  constructor(opened?: SessionRecord, flashes: FlashBag = new FlashBag(opened?.flashes)) {
    this.#state = new SessionState(opened);
    this.#values = new SessionValues(opened?.values, opened?.fitted);
    this.flashes = flashes;
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
    const isChanged = this.#values.isDirty || this.flashes.isDirty || this.#state.isDirty;
    // Of what is not known nobody can tell whether a change of it makes a difference.
    return isChanged || (this.isUnavailable && this.#wasChanged);
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
    return this.flashes.isEmpty && this.#values.isEmpty;
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

  /** When its visitor signed in; `undefined` for a guest, and for a visitor who was adopted. */
  get signedInAt(): Date | undefined {
    const { hasSignedIn, opened } = this.#state;
    const isOwn = hasSignedIn || (!opened?.isForeign && !this.#values.isAdopted('userId'));
    return isOwn && this.#values.get('userId') !== undefined ? this.createdAt : undefined;
  }

  /** When the session ends unless it is used again; `undefined` while nothing is stored. */
  get expiresAt(): Date | undefined {
    const { opened } = this.#state;
    return opened && new Date(opened.expiresAt);
  }

  get<Key extends SessionKey<Data>>(key: Key): SessionValue<Data, Key> | undefined {
    this.#wasUsed = true;
    return this.#values.get(key) as SessionValue<Data, Key> | undefined;
  }

  has(key: SessionKey<Data>): boolean {
    return this.get(key) !== undefined;
  }

  /**
   * Puts a value under a key, or what a function makes of the value before; it is asked again when another request has
   * changed that by the time this one is stored. `undefined` takes the key out.
   *
   * @throws {InvalidSessionValueError} For values other than JSON, Date, Map, Set, URL and BigInt.
   * @throws {TooManyKeysError} When a thousand keys are there already.
   */
  set<Key extends SessionKey<Data>>(
    key: Key,
    value: SessionValue<Data, Key> | ((old: SessionValue<Data, Key> | undefined) => SessionValue<Data, Key>),
  ): this {
    this.#change(`session.set('${key}')`);
    const update = typeof value === 'function' ? (value as Update) : undefined;
    const next = update ? update(this.#values.get(key)) : value;
    assertStorable({ [key]: next });
    if (next !== undefined) this.#values.assertRoom([key]);
    if (update && next !== undefined) this.#values.update(key, next, update);
    else this.#put(key, next);
    return this;
  }

  unset(key: SessionKey<Data>): this {
    this.#change(`session.unset('${key}')`);
    this.#values.unset(key);
    return this;
  }

  /** Takes every value out. Messages stay. */
  clear(): this {
    this.#change('session.clear()');
    for (const key of this.#values.keys()) this.#values.unset(key);
    return this;
  }

  /** Every value, as a fresh object. */
  all(): SessionContents<Data> {
    this.#wasUsed = true;
    return this.contents();
  }

  /** The message under this key. It is delivered with this answer, and with no other. */
  flash<Value = string>(key: string): Value | undefined;
  /** Leaves a message for a later page. */
  flash(key: string, value: unknown): this;
  flash(key: string, value?: unknown): unknown {
    this.#wasUsed = true;
    if (value === undefined) return this.flashes.get(key);
    this.#assertOpen(`session.flash('${key}', …)`);
    this.flashes.set(key, value);
    return this;
  }

  /**
   * Changes the id and keeps the values. Requests that are under way with the old id may go on for ten seconds where the
   * store can tell; after that it leads nowhere.
   */
  regenerate(): this {
    this.#change('session.regenerate()');
    this.#state.regenerate();
    return this;
  }

  /** Ends the session for good. What is set afterwards begins a new one. */
  destroy(): this {
    this.#change('session.destroy()');
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
    this.#change('setSession()');
    assertStorable(values);
    const before = this.#values.get('userId');
    if (before !== undefined && before !== values.userId) this.#forget();
    for (const key of this.#state.visitorKeys) this.#values.unset(key);
    this.#values.assertRoom(Object.keys(values));
    for (const [key, value] of Object.entries(values)) this.#put(key, value);
    this.#state.signIn(Object.keys(values), now, how);
  }

  /** Changes some of what {@link signIn} gave, or adds to it. @internal */
  updateVisitor(values: Readonly<Record<string, unknown>>, device?: SessionDevice): void {
    this.#change('updateSession()');
    assertStorable(values);
    this.#values.assertRoom(Object.keys(values));
    for (const [key, value] of Object.entries(values)) this.#put(key, value);
    this.#state.learn(Object.keys(values), device);
  }

  /** Puts values in place for this request alone: another part of the application knows the visitor. @internal */
  adopt(values: Readonly<Record<string, unknown>>): void {
    this.#values.adopt(values);
    this.#wasUsed = true;
    this.#revision += 1;
  }

  /** Every value, without marking the session as used: for deciding who the visitor is. */
  contents(): SessionContents<Data> {
    const entries = this.#values.keys().map((key) => [key, this.#values.get(key)] as const);
    return Object.fromEntries(entries) as SessionContents<Data>;
  }

  /** Grows with every change of a value, so that what was derived from them can tell that it is old. @internal */
  get revision(): number {
    return this.#revision;
  }

  /** Notes that the answer depends on the session. @internal */
  markUsed(): void {
    this.#wasUsed = true;
  }

  /** Whether the answer is personal, because anything was read or written: then no shared cache may keep it. @internal */
  get wasUsed(): boolean {
    return this.#wasUsed || this.isDirty || this.isUnavailable;
  }

  /** What a commit needs to know. Read by SessionManager alone. @internal */
  get journal(): SessionJournal {
    return journalOf(this.#state, this.#values, this.flashes);
  }

  /** What stands for the session that this request's token was to open. Told by SessionManager alone. @internal */
  get fate(): Pick<SessionState, 'supersede' | 'fail'> {
    return this.#state;
  }

  /** Whether changes throw by now. @internal */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** From here on changes throw, because they could not reach the browser any more. @internal */
  close(): void {
    this.#isClosed = true;
    this.flashes.close();
  }

  /** Takes what the store holds now as the new starting point. @internal */
  settle(record: SessionRecord | undefined): void {
    if (this.#state.opened !== record) this.#revision += 1;
    this.#wasChanged = false;
    this.#state.settle(record);
    this.#values.restart(record?.values, record?.fitted);
    this.flashes.settle(record?.flashes);
  }

  /** Undoes {@link close}: a second answer to the same request is being made (an error page). @internal */
  reopen(): void {
    this.#isClosed = false;
    this.flashes.reopen();
  }

  /** Takes back what this request did: it failed. That the session was ended stays. @internal */
  rollBack(): void {
    const { opened } = this.#state;
    this.#wasChanged = false;
    this.#revision += 1;
    this.#state.rollBack();
    this.#values.rollBack();
    this.#values.restart(opened?.values, opened?.fitted);
    this.flashes.rollBack(opened?.flashes);
  }

  /** Drops the visitor's values and messages, those in the store included. */
  #forget(): void {
    this.#state.forget();
    this.#values.adopt({});
    this.#values.restart();
    this.flashes.rollBack();
  }

  #put(key: string, value: unknown): void {
    if (value === undefined) this.#values.unset(key);
    else this.#values.set(key, value);
  }

  #change(operation: string): void {
    this.#assertOpen(operation);
    this.#wasUsed = true;
    this.#wasChanged = true;
    this.#revision += 1;
  }

  #assertOpen(operation: string): void {
    if (this.#isClosed) throw new SessionCommittedError(operation);
  }
}
