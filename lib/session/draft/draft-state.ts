import type { Origin } from '../cookies/session-place.js';
import type { FlashBag } from '../flash-bag.js';
import type { FlashDraft } from '../flashes/flash-draft.js';
import type { SessionRecord } from '../record/session-record.js';
import type { SessionConfig } from '../session-config.js';
import { DraftContents } from './draft-contents.js';
import { ImpersonationDraft } from './impersonation-draft.js';
import { SessionUse } from './session-use.js';
import type { SessionValues } from './session-values.js';
import { VisitorDraft } from './visitor-draft.js';

const NOWHERE: Origin = { at: 0, claimed: [] };

/** The parts of a session's draft, and what the request sees of them. */
export class DraftState extends SessionUse {
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
  /** True when the browser was closed since the visitor signed in, as far as that is recorded. */
  wasBrowserClosed = false;
  /** The request's token, if it leads to nothing because another request has given its session a new id. */
  superseded: string | undefined;
  /** The error that made the stored contents unknown: a commit of changes throws it. */
  failure: Error | undefined;
  /** Increases with every change of a value, so that derived data can detect that it is outdated. */
  revision = 0;
  /** The session's own contents. */
  readonly own: DraftContents;
  /** The impersonation of another user by the session's own. */
  readonly impersonating: ImpersonationDraft;
  /** Replaces all other contents while the request belongs to a user whom something else than the session identified. */
  protected aside: DraftContents | undefined;

  constructor(opened: SessionRecord | undefined, bag: FlashBag) {
    super();
    this.opened = opened;
    this.own = new DraftContents(bag, opened);
    this.impersonating = new ImpersonationDraft(this.own, opened?.impersonation);
    this.visitor = new VisitorDraft(opened);
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

  /**
   * True when the changes cannot be stored, because another request has given the session a new id. A sign-in begins a
   * session of its own, and a sign-out ends the one that has the new id.
   */
  get isSuperseded(): boolean {
    return this.superseded !== undefined && !this.hasSignedIn && !this.wasEnded;
  }

  /** When the session ends if no further request comes; `undefined` for one that will not be stored. */
  get endsAt(): number | undefined {
    return this.expiry ? this.expiry() : this.opened?.expiresAt;
  }

  /** Checks whether the session would have ended if its visitor had not asked to be remembered. */
  isOnlyRemembered(config: SessionConfig, now: number): boolean {
    if (!this.opened || this.hasSignedIn) return false;
    return (this.wasBrowserClosed && this.opened.isRemembered === true) || config.isOnlyRemembered(this.opened, now);
  }

  /** What the request sees: the session's own contents, those of an impersonated user, or temporary ones while the session stands aside. */
  get contents(): DraftContents {
    return this.aside ?? this.impersonating.contents ?? this.own;
  }

  /** The id of the session's own user, while the request sees the contents of one whom they impersonate. */
  get impersonatorId(): string | undefined {
    const isMeant = this.aside === undefined && this.impersonating.current !== undefined;
    return isMeant ? (this.own.values.get('userId') as string | undefined) : undefined;
  }

  /** True while the request belongs to a user whom something else than the session identified. */
  get isAside(): boolean {
    return this.aside !== undefined;
  }

  get flashes(): FlashDraft {
    return this.contents.flashes;
  }

  get isNew(): boolean {
    return this.opened === undefined;
  }

  /** The record while the request sees exactly its contents; `undefined` once anything has changed. */
  get untouched(): SessionRecord | undefined {
    return this.revision === 0 && this.contents === this.own ? this.opened : undefined;
  }

  get isEmpty(): boolean {
    return this.own.isEmpty;
  }

  /** The values as the request sees them. */
  get values(): SessionValues {
    return this.contents.values;
  }
}
