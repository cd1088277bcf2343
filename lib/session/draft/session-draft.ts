import { frozenCopy } from '../../base/frozen-value.js';
import type { ImpersonationEnd } from '../event-reasons.js';
import type { FlashBag } from '../flash-bag.js';
import { SessionId } from '../record/session-id.js';
import type { SessionDevice, SignIn } from '../record/session-record.js';
import { assertStorable, type SessionRecord, VISITOR_KEYS } from '../record/session-record.js';
import type { DraftContents } from './draft-contents.js';
import { DraftState } from './draft-state.js';
import type { SessionValues } from './session-values.js';
import { VisitorDraft } from './visitor-draft.js';

/** The state of a session during a request: the opened record and the changes. The private part of a Session. */
export class SessionDraft extends DraftState {
  /** True when anything was set, even to the same value as before. */
  #isChanged = false;
  #id: string | undefined;

  constructor(opened: SessionRecord | undefined, bag: FlashBag) {
    super(opened, bag);
    this.#id = opened?.id;
  }

  /** The session's id. A new session gets it when this is first read. */
  get id(): string {
    this.#id ??= SessionId.generate();
    return this.#id;
  }

  /** True when there is something to store or to end. */
  get isDirty(): boolean {
    return (
      this.own.isDirty ||
      this.ended !== undefined ||
      (this.wasEnded && this.superseded !== undefined) ||
      this.visitor.device !== undefined ||
      this.impersonating.change !== undefined ||
      (this.opened !== undefined && this.#id !== this.opened.id) ||
      // When the stored contents are unknown, any change might make a difference.
      (this.failure !== undefined && this.#isChanged)
    );
  }

  /** True when anything was read or written: the response is then private, and not for shared caches. */
  get wasUsed(): boolean {
    const isAsked = this.isUsed || this.flashes.wasAsked || this.own.flashes.wasAsked;
    return isAsked || this.isDirty || this.failure !== undefined;
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
    this.aside = undefined;
    this.wasEnded = true;
    this.ended ??= this.opened;
    this.opened = undefined;
    this.impersonating.restart(undefined);
    this.#startOver();
    this.#forget();
  }

  /** Ends the session, because its user does not exist any more. One that only impersonated that user goes on without. */
  endOfMissingUser(): void {
    if (this.impersonatorId !== undefined) this.endImpersonation('user-gone');
    else if (!this.isClosed) this.end();
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
    this.aside = undefined;
    const before = this.own.values.get('userId');
    if (before !== undefined && before !== values.userId) this.#forget();
    for (const key of [...this.visitor.identity, ...VISITOR_KEYS]) this.own.values.unset(key);
    this.own.values.put(values);
    this.impersonating.end('session-ended');
    this.visitor.signIn(values, now, how);
    this.#id = SessionId.generate();
  }

  /** Changes or adds values that {@link signIn} set. */
  updateVisitor(values: Readonly<Record<string, unknown>>, device?: SessionDevice): void {
    this.changing('updateSession()');
    assertStorable(values);
    if (this.impersonatorId !== undefined) {
      this.impersonating.update(values);
      return;
    }
    this.own.values.put(values);
    this.visitor.update(values, device);
  }

  /** Lets the session's own user impersonate another, under a new id. Times are milliseconds since the epoch. */
  impersonate(values: Readonly<Record<string, unknown>>, startedAt: number, until: number): void {
    this.changing('impersonate()');
    assertStorable(values);
    const kept = Object.entries(values).filter(([, value]) => value !== undefined);
    this.impersonating.begin({
      values: new Map(kept.map(([key, value]) => [key, frozenCopy(value)])),
      startedAt,
      until,
    });
    this.#id = SessionId.generate();
  }

  /** Ends an impersonation because somebody asked for it; does nothing without one. */
  stopImpersonating(): void {
    if (this.impersonatorId === undefined) return;
    this.changing('stopImpersonating()');
    this.endImpersonation('stopped');
  }

  /** Ends an impersonation under a new id. Once the session is closed, for the rest of the request alone. */
  endImpersonation(reason: ImpersonationEnd): void {
    if (!this.impersonating.current) return;
    this.impersonating.end(reason);
    if (!this.isClosed) this.#id = SessionId.generate();
  }

  /**
   * Hides the session when another user than the request's owns it: until a sign-in or sign-out, the request neither
   * sees nor changes it, and values that it sets are temporary. @returns Whether the session is hidden.
   */
  standAsideFor(visitor: SessionDraft): boolean {
    const own = this.own.values.get('userId');
    // A middleware that names the impersonated user again, from the session, does not make that user sign in.
    const shown = this.impersonating.current?.values.get('userId') ?? own;
    const isAnothers = own !== undefined && visitor !== this && shown !== visitor.own.values.get('userId');
    this.#putAside(isAnothers ? (this.aside ?? this.own.besides()) : undefined);
    return isAnothers;
  }

  /** Makes further changes throw, because they could not reach the browser. */
  close(): void {
    // A page that removes the user, as some do to sign out, does not leave the impersonation to the next page.
    const isLeft = this.impersonatorId !== undefined && this.values.get('userId') === undefined;
    if (isLeft) this.endImpersonation('stopped');
    this.isClosed = true;
    this.own.flashes.isClosed = true;
    if (this.aside) this.aside.flashes.isClosed = true;
  }

  /** Undoes {@link close}, for a second response to the same request (an error page). */
  reopen(): void {
    this.isClosed = false;
    this.onLateUse = undefined;
    this.own.flashes.isClosed = false;
    if (this.aside) this.aside.flashes.isClosed = false;
  }

  /** Makes the stored record the new starting point. */
  settle(record: SessionRecord | undefined): void {
    // A different record may have different values.
    if (this.opened !== record) this.revision += 1;
    this.opened = record;
    this.ended = undefined;
    this.wasEnded = false;
    this.superseded = undefined;
    this.#isChanged = false;
    this.#startOver();
    this.own.settle(record);
    this.impersonating.restart(record?.impersonation);
  }

  /** Undoes the changes of a request that failed. A session or an impersonation that was ended stays ended. */
  rollBack(): void {
    this.revision += 1;
    this.#isChanged = false;
    this.#startOver();
    this.own.rollBack(this.opened);
    this.impersonating.rollBack();
    if (this.impersonating.change === null) this.#id = SessionId.generate();
    if (this.aside) this.#putAside(this.own.besides());
  }

  /** Continues from another record, such as one of another part of the application. Changes stay. */
  rebase(record: SessionRecord): void {
    this.revision += 1;
    this.opened = record;
    this.own.values.rebase(record.values, record.fitted);
    this.impersonating.restart(record.impersonation);
  }

  /**
   * Leaves the opened session to the request that has given it another id, and begins a new one with what this request
   * has set. If that one cannot be stored, further changes of the request are not stored either.
   *
   * @param now Milliseconds since the epoch.
   */
  beginAnew({ id }: SessionRecord, now: number): void {
    this.opened = undefined;
    this.superseded = id;
    this.own.values.forgetStored();
    this.visitor.signedInAt = now;
  }

  /** Removes the visitor's values and messages, the stored ones too. */
  #forget(): void {
    this.cleared = true;
    this.visitor.forget();
    this.own.rollBack();
  }

  #putAside(aside: DraftContents | undefined): void {
    this.isUsed ||= this.aside?.flashes.wasAsked === true;
    this.aside = aside;
  }

  /** Resets everything except the contents to the opened record. */
  #startOver(): void {
    this.cleared = false;
    this.#id = this.opened?.id;
    this.visitor = new VisitorDraft(this.opened);
  }
}
