import type { Origin } from '../cookies/session-place.js';
import type { FlashBag } from '../flash-bag.js';
import { SessionId } from '../record/session-id.js';
import type { SessionDevice, SignIn } from '../record/session-record.js';
import { assertStorable, type SessionRecord, VISITOR_KEYS } from '../record/session-record.js';
import { DraftContents } from './draft-contents.js';
import type { FlashDraft } from './flash-draft.js';
import { SessionUse } from './session-use.js';
import type { SessionValues } from './session-values.js';
import { VisitorDraft } from './visitor-draft.js';

const NOWHERE: Origin = { at: 0, claimed: [] };

/** The state of a session during a request: the opened record and the changes. The private part of a Session. */
export class SessionDraft extends SessionUse {
  /** The record as opened or last committed; `undefined` for a session that is not stored. */
  opened: SessionRecord | undefined;
  /** The stored session that this request ended. */
  ended: SessionRecord | undefined;
  /** True when the session was ended, even if values were set since. */
  wasEnded = false;
  /** True when all stored values and messages are removed before this request's changes are applied. */
  cleared = false;
  /** The changes to its visitor, other than the values. */
  visitor: VisitorDraft;
  /** The cookies of the request, and the one in which the session was found or has been stored. */
  origin = NOWHERE;
  /** True when another request gave the session a new id, unknown to this one: a guest's changes are not stored. */
  isSuperseded = false;
  /** The error that made the stored contents unknown: a commit of changes throws it. */
  failure: Error | undefined;
  /** Increases with every change of a value, so that derived data can detect that it is outdated. */
  revision = 0;
  /** True when anything was set, even to the same value as before. */
  #isChanged = false;
  #id: string | undefined;
  /** The session's own contents. */
  readonly own: DraftContents;
  /** Replaces the own contents while the request belongs to another user. */
  #aside: DraftContents | undefined;

  constructor(opened: SessionRecord | undefined, bag: FlashBag) {
    super();
    this.opened = opened;
    this.own = new DraftContents(bag, opened);
    this.visitor = new VisitorDraft(opened);
    this.#id = opened?.id;
  }

  /** The session's id. A new session gets it when this is first read. */
  get id(): string {
    this.#id ??= SessionId.generate();
    return this.#id;
  }

  /** When the session began or its visitor last signed in, in milliseconds since the epoch. */
  get createdAt(): number | undefined {
    return this.visitor.signedInAt ?? this.opened?.createdAt;
  }

  /** When its visitor signed in; `undefined` for a guest, and when the record is foreign (`isForeign`). */
  get signedInAt(): number | undefined {
    const isOwn = this.hasSignedIn || !this.opened?.isForeign;
    return isOwn && this.own.values.get('userId') !== undefined ? this.createdAt : undefined;
  }

  /** True when the visitor signed in, so that the previous id must no longer lead to the session. */
  get hasSignedIn(): boolean {
    return this.visitor.signedInAt !== undefined;
  }

  /** What the request sees: the session's own contents, or temporary ones while the session stands aside. */
  get contents(): DraftContents {
    return this.#aside ?? this.own;
  }

  get flashes(): FlashDraft {
    return this.contents.flashes;
  }

  get isNew(): boolean {
    return this.opened === undefined;
  }

  /** The record while the request sees exactly its contents; `undefined` once anything has changed. */
  get untouched(): SessionRecord | undefined {
    return this.revision === 0 && !this.#aside ? this.opened : undefined;
  }

  /** True when there is something to store or to end. */
  get isDirty(): boolean {
    return (
      this.own.isDirty ||
      this.ended !== undefined ||
      this.visitor.device !== undefined ||
      (this.opened !== undefined && this.#id !== this.opened.id) ||
      // When the stored contents are unknown, any change might make a difference.
      (this.failure !== undefined && this.#isChanged)
    );
  }

  get isEmpty(): boolean {
    return this.own.isEmpty;
  }

  /** True when anything was read or written: the response is then private, and not for shared caches. */
  get wasUsed(): boolean {
    const isAsked = this.isUsed || this.flashes.wasAsked || this.own.flashes.wasAsked;
    return isAsked || this.isDirty || this.failure !== undefined;
  }

  /** The values as the request sees them. */
  get values(): SessionValues {
    return this.contents.values;
  }

  /** Returns the values for a change. @throws {SessionCommittedError} With the operation's name, once it is closed. */
  changing(operation: string): SessionValues {
    this.assertOpen(operation);
    this.isUsed = true;
    this.#isChanged = true;
    this.revision += 1;
    return this.values;
  }

  /** Stores the session even if it is empty, so that its id lasts. @throws {SessionCommittedError} As above. */
  keep(operation: string): void {
    this.changing(operation);
    this.contents.isKept = true;
  }

  regenerate(): void {
    this.changing('session.regenerate()');
    this.#id = SessionId.generate();
  }

  /** Ends the session. Values that are set afterwards begin a new one. */
  end(): void {
    this.changing('session.destroy()');
    this.#aside = undefined;
    this.wasEnded = true;
    this.ended ??= this.opened;
    this.opened = undefined;
    this.#startOver();
    this.#forget();
  }

  /**
   * Sets the visitor's values, under a new id and with a full absolute lifetime. Values and messages of another
   * visitor are removed; those of a guest or of the same visitor stay, except what the previous sign-in had set.
   *
   * @param now Milliseconds since the epoch. @param how The device, and whether to remember the visitor.
   * @see OWASP ASVS 5.0 7.2.4 (a new session token on authentication).
   */
  signIn(values: Readonly<Record<string, unknown>>, now: number, how: SignIn = {}): void {
    this.changing('signIn() (also called setSession())');
    assertStorable(values);
    this.#aside = undefined;
    const before = this.own.values.get('userId');
    if (before !== undefined && before !== values.userId) this.#forget();
    for (const key of [...this.visitor.identity, ...VISITOR_KEYS]) this.own.values.unset(key);
    this.own.values.put(values);
    this.visitor.signIn(values, now, how);
    this.#id = SessionId.generate();
  }

  /** Changes or adds values that {@link signIn} set. */
  updateVisitor(values: Readonly<Record<string, unknown>>, device?: SessionDevice): void {
    this.changing('updateSession()');
    assertStorable(values);
    this.own.values.put(values);
    this.visitor.update(values, device);
  }

  /**
   * Hides the session when another user than the request's owns it: until a sign-in or sign-out, the request neither
   * sees nor changes it, and values that it sets are temporary. @returns Whether the session is hidden.
   */
  standAsideFor(visitor: SessionDraft): boolean {
    const own = this.own.values.get('userId');
    const isAnothers = own !== undefined && own !== visitor.own.values.get('userId');
    this.#putAside(isAnothers ? (this.#aside ?? this.own.besides()) : undefined);
    return isAnothers;
  }

  /** Makes further changes throw, because they could not reach the browser. */
  close(): void {
    this.isClosed = true;
    this.own.flashes.isClosed = true;
    if (this.#aside) this.#aside.flashes.isClosed = true;
  }

  /** Undoes {@link close}, for a second response to the same request (an error page). */
  reopen(): void {
    this.isClosed = false;
    this.onLateUse = undefined;
    this.own.flashes.isClosed = false;
    if (this.#aside) this.#aside.flashes.isClosed = false;
  }

  /** Makes the stored record the new starting point. */
  settle(record: SessionRecord | undefined): void {
    // A different record may have different values.
    if (this.opened !== record) this.revision += 1;
    this.opened = record;
    this.ended = undefined;
    this.wasEnded = false;
    this.#isChanged = false;
    this.#startOver();
    this.own.settle(record);
  }

  /** Undoes the changes of a request that failed. A session that was ended stays ended. */
  rollBack(): void {
    this.revision += 1;
    this.#isChanged = false;
    this.#startOver();
    this.own.rollBack(this.opened);
    if (this.#aside) this.#putAside(this.own.besides());
  }

  /** Continues from another record, such as one of another part of the application. Changes stay. */
  rebase(record: SessionRecord): void {
    this.revision += 1;
    this.opened = record;
    this.own.values.rebase(record.values, record.fitted);
  }

  /** Removes the visitor's values and messages, the stored ones too. */
  #forget(): void {
    this.cleared = true;
    this.visitor.forget();
    this.own.rollBack();
  }

  #putAside(aside: DraftContents | undefined): void {
    this.isUsed ||= this.#aside?.flashes.wasAsked === true;
    this.#aside = aside;
  }

  /** Resets everything except the contents to the opened record. */
  #startOver(): void {
    this.cleared = false;
    this.#id = this.opened?.id;
    this.visitor = new VisitorDraft(this.opened);
  }
}
