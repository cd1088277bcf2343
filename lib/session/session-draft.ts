import { SessionCommittedError } from '../errors.js';
import { DraftContents } from './draft-contents.js';
import type { FlashBag } from './flash-bag.js';
import type { FlashDraft } from './flash-draft.js';
import type { SessionChanges } from './session-changes.js';
import { deviceOf, type SessionDevice, type SignIn } from './session-device.js';
import { SessionId } from './session-id.js';
import type { Origin } from './session-place.js';
import { assertStorable, ownKeys, type SessionRecord, VISITOR_KEYS } from './session-record.js';
import { SessionUse } from './session-use.js';
import type { SessionValues, Update } from './session-values.js';

const NOWHERE: Origin = { at: 0, claimed: [] };
const NO_KEYS: readonly string[] = [];
type Committed = Omit<SessionChanges, 'createdAt' | 'renewedAt' | 'expiresAt' | 'lineage'>;

/**
 * A session while a request lasts: what was opened, and what was changed. The inside of a Session. What a commit has to
 * know it reads from here, under the names that {@link SessionChanges} have.
 */
export class SessionDraft extends SessionUse implements Committed {
  /** The record as it was opened, or committed since; `undefined` for a session that is not stored. */
  opened: SessionRecord | undefined;
  /** The stored session that this request ended. */
  ended: SessionRecord | undefined;
  /** Whether it was ended, whatever was put in afterwards. */
  wasEnded = false;
  /** Whether everything stored is to go before this request's changes are applied. */
  cleared = false;
  /** The keys that the last sign-in gave beside those that always say who a visitor is. */
  identity: readonly string[] = NO_KEYS;
  /** What this request learned of where the visitor is. */
  device: SessionDevice | undefined;
  /** Whether the visitor asked to stay signed in for longer. */
  isRemembered = false;
  /** Which cookies the request came with, and where the session was found, or has been put. */
  origin = NOWHERE;
  /** Whether the visitor's session has got another id, which this request does not know: what a guest does is stored nowhere. */
  isSuperseded = false;
  /** Why nobody knows what is stored: what a commit of changes throws. */
  failure: Error | undefined;
  /** Whether changes throw by now. */
  isClosed = false;
  /** Grows with every change of a value, so that what was derived from them can tell that it is old. */
  revision = 0;
  /** Whether anything was changed, though it may be what it was before. */
  #isChanged = false;
  #id: string | undefined;
  #signedInAt: number | undefined;
  /** What is in the session. */
  readonly own: DraftContents;
  /** Stands in for that while the request is another user's. */
  #aside: DraftContents | undefined;

  constructor(opened: SessionRecord | undefined, bag: FlashBag) {
    super();
    this.opened = opened;
    this.own = new DraftContents(bag, opened);
    if (opened) this.#startOver();
  }

  /** A session that holds nothing yet is given one when it is first asked for. */
  get id(): string {
    this.#id ??= SessionId.generate();
    return this.#id;
  }

  /** When it began, or its visitor last signed in. Milliseconds since the epoch. */
  get createdAt(): number | undefined {
    return this.#signedInAt ?? this.opened?.createdAt;
  }

  /** When its visitor signed in; `undefined` for a guest, and where another part of the application put the visitor. */
  get signedInAt(): number | undefined {
    const isOwn = this.hasSignedIn || !this.opened?.isForeign;
    return isOwn && this.own.values.get('userId') !== undefined ? this.createdAt : undefined;
  }

  /** Whether somebody signed in, so that whoever knows the id of before is to find nobody. */
  get hasSignedIn(): boolean {
    return this.#signedInAt !== undefined;
  }

  /** Values that have to be stored. */
  get set(): ReadonlyMap<string, unknown> {
    return this.own.values.changed;
  }

  /** Stored keys that were taken out. */
  get unset(): ReadonlySet<string> {
    return this.own.values.removed;
  }

  /** For those of the changed values that were made of the value before: how. */
  get updates(): ReadonlyMap<string, Update> {
    return this.own.values.updates;
  }

  get flashesAdded(): SessionChanges['flashesAdded'] {
    return this.own.flashes.added;
  }

  get flashesTaken(): ReadonlySet<string> {
    return this.own.flashes.gone;
  }

  /** The lease that the request gives back. */
  get leasedBy(): string | undefined {
    return this.own.flashes.claims?.leasedBy;
  }

  /** What is in it for the request: while it stands aside, what is there for that alone. */
  get contents(): DraftContents {
    return this.#aside ?? this.own;
  }

  get flashes(): FlashDraft {
    return this.contents.flashes;
  }

  get isNew(): boolean {
    return this.opened === undefined;
  }

  /** The record, while what is seen is all of it and nothing else; `undefined` once anything has changed. */
  get untouched(): SessionRecord | undefined {
    return this.revision === 0 && !this.#aside ? this.opened : undefined;
  }

  /** Whether there is anything to store, or to end. */
  get isDirty(): boolean {
    return (
      this.own.isDirty ||
      this.ended !== undefined ||
      this.device !== undefined ||
      (this.opened !== undefined && this.#id !== this.opened.id) ||
      // Of what is not known nobody can tell whether a change of it makes a difference.
      (this.failure !== undefined && this.#isChanged)
    );
  }

  get isEmpty(): boolean {
    return this.own.isEmpty;
  }

  /** Whether the answer is personal, because anything was read or written: then no shared cache may keep it. */
  get wasUsed(): boolean {
    const isAsked = this.isUsed || this.flashes.wasAsked || this.own.flashes.wasAsked;
    return isAsked || this.isDirty || this.failure !== undefined;
  }

  /** The values as the request sees them. */
  get values(): SessionValues {
    return this.contents.values;
  }

  /** The same, for being changed. @throws {SessionCommittedError} Naming the operation, once the session is closed. */
  changing(operation: string): SessionValues {
    this.assertOpen(operation);
    this.isUsed = true;
    this.#isChanged = true;
    this.revision += 1;
    return this.values;
  }

  /** Has it be kept although nothing may be in it, so that its id lasts. @throws {SessionCommittedError} As above. */
  keep(operation: string): void {
    this.changing(operation);
    this.contents.isKept = true;
  }

  regenerate(): void {
    this.changing('session.regenerate()');
    this.#id = SessionId.generate();
  }

  /** Ends the session for good. What is put in afterwards begins a new one. */
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
   * Makes these values the visitor's, under a new id and with a full absolute lifetime. Another visitor's values and
   * messages go; those of a guest, or of the same visitor, stay, but for what the last call had put in.
   *
   * @param now Milliseconds since the epoch. @param how Where from, and for how long.
   * @see OWASP ASVS 5.0 7.2.4 (a new session token on authentication).
   */
  signIn(values: Readonly<Record<string, unknown>>, now: number, { rememberMe = false, ...device }: SignIn = {}): void {
    this.changing('signIn() (also called setSession())');
    assertStorable(values);
    this.#aside = undefined;
    const before = this.own.values.get('userId');
    if (before !== undefined && before !== values.userId) this.#forget();
    for (const key of [...this.identity, ...VISITOR_KEYS]) this.own.values.unset(key);
    this.own.values.put(values);
    this.identity = ownKeys(values);
    this.device = deviceOf(device);
    this.isRemembered = rememberMe;
    this.#signedInAt = now;
    this.#id = SessionId.generate();
  }

  /** Changes some of what {@link signIn} gave, or adds to it. */
  updateVisitor(values: Readonly<Record<string, unknown>>, device?: SessionDevice): void {
    this.changing('updateSession()');
    assertStorable(values);
    this.own.values.put(values);
    if (device) this.device = { ...this.device, ...deviceOf(device) };
    this.identity = [...new Set([...this.identity, ...ownKeys(values)])];
  }

  /**
   * Lets the session stand aside where it is another user's than the request: nothing of it is seen or changed, and what is
   * set is there for this request alone, until somebody signs in or out. @returns Whether it does.
   */
  standAsideFor(visitor: SessionDraft): boolean {
    const own = this.own.values.get('userId');
    const isAnothers = own !== undefined && own !== visitor.own.values.get('userId');
    this.#putAside(isAnothers ? (this.#aside ?? this.own.besides()) : undefined);
    return isAnothers;
  }

  /** @throws {SessionCommittedError} Naming the operation, once the session is closed. */
  assertOpen(operation: string): void {
    if (this.isClosed) throw new SessionCommittedError(operation);
  }

  /** From here on changes throw: they could not reach the browser. */
  close(): void {
    this.isClosed = true;
    this.own.flashes.close();
    this.#aside?.flashes.close();
  }

  /** Undoes {@link close}: a second answer to the same request is made (an error page). */
  reopen(): void {
    this.isClosed = false;
    this.onLateUse = undefined;
    this.own.flashes.reopen();
    this.#aside?.flashes.reopen();
  }

  /** Takes what the store holds now as the new starting point. */
  settle(record: SessionRecord | undefined): void {
    // What was stored is what is seen; anything else is another session.
    if (this.opened !== record) this.revision += 1;
    this.opened = record;
    this.ended = undefined;
    this.wasEnded = false;
    this.#isChanged = false;
    this.#startOver();
    this.own.settle(record);
  }

  /** Takes back what this request did: it failed. That the session was ended stays. */
  rollBack(): void {
    this.revision += 1;
    this.#isChanged = false;
    this.#startOver();
    this.own.rollBack(this.opened);
    if (this.#aside) this.#putAside(this.own.besides());
  }

  /** Goes on from another record, as when another part of the application has put it into the store. Changes stay. */
  rebase(record: SessionRecord): void {
    this.revision += 1;
    this.opened = record;
    this.own.values.rebase(record.values, record.fitted);
  }

  /** Drops the visitor's values and messages, the stored ones too. */
  #forget(): void {
    this.cleared = true;
    this.identity = NO_KEYS;
    this.own.rollBack();
  }

  #putAside(aside: DraftContents | undefined): void {
    this.isUsed ||= this.#aside?.flashes.wasAsked === true;
    this.#aside = aside;
  }

  /** Goes back to what was opened, but for what is in it. */
  #startOver(): void {
    const { opened } = this;
    this.cleared = false;
    this.#id = opened?.id;
    this.#signedInAt = undefined;
    this.device = undefined;
    this.identity = opened?.identity ?? NO_KEYS;
    this.isRemembered = opened?.isRemembered ?? false;
  }
}
