import { type FlashBag, flashDraftOf } from '../flash-bag.js';
import type { FlashDraft } from '../flashes/flash-draft.js';
import type { SessionChanges } from '../record/session-changes.js';
import type { SessionRecord } from '../record/session-record.js';
import { SessionValues, type Update } from './session-values.js';

type Stored = Pick<SessionRecord, 'values' | 'fitted' | 'flashes' | 'isKept'>;

type Changed = Pick<SessionChanges, 'set' | 'unset' | 'updates' | 'flashesAdded' | 'flashesTaken' | 'leasedBy'>;

/**
 * The contents of a session during a request: its values and messages, with their changes. A commit reads the changes
 * under the names that {@link SessionChanges} uses.
 */
export class DraftContents implements Changed {
  readonly values: SessionValues;
  /** The draft inside the bag. */
  readonly flashes: FlashDraft;
  /** True when this request wants the session to be stored even if it is empty. */
  isKept = false;
  /** True when this request took the last value, so that the stored session may be empty. */
  isEmptied = false;
  #wasKept: boolean;

  /** @param bag A bag with the stored messages. */
  constructor(
    readonly bag: FlashBag,
    stored?: Stored,
  ) {
    this.values = new SessionValues(stored?.values, stored?.fitted);
    this.flashes = flashDraftOf(bag);
    this.#wasKept = stored?.isKept === true;
  }

  /** Values that must be stored. */
  get set(): ReadonlyMap<string, unknown> {
    return this.values.changed;
  }

  /** Stored keys that were removed. */
  get unset(): ReadonlySet<string> {
    return this.values.removed;
  }

  /** Functions that computed changed values from the old ones. */
  get updates(): ReadonlyMap<string, Update> {
    return this.values.updates;
  }

  get flashesAdded(): SessionChanges['flashesAdded'] {
    return this.flashes.added;
  }

  get flashesTaken(): ReadonlySet<string> {
    return this.flashes.gone;
  }

  /** The lease that the request gives back. */
  get leasedBy(): string | undefined {
    return this.flashes.claims?.leasedBy;
  }

  /** True when this request or an earlier one wants the session to be stored even if it is empty. */
  get lasts(): boolean {
    return this.isKept || this.#wasKept;
  }

  get isEmpty(): boolean {
    return !this.lasts && this.values.isEmpty && this.flashes.isEmpty;
  }

  get isDirty(): boolean {
    const isToEnd = this.isEmptied && this.isEmpty;
    return this.isKept || isToEnd || this.values.isDirty || this.flashes.isDirty;
  }

  /** When the last content expires, if the session contains only messages that expire; otherwise `Infinity`. */
  get livesUntil(): number {
    const { livesUntil } = this.flashes;
    const isOfMessages = Number.isFinite(livesUntil) && this.values.keys().length === 0;
    return isOfMessages ? livesUntil : Number.POSITIVE_INFINITY;
  }

  /** Returns empty contents, with a bag of the same class. */
  besides(): DraftContents {
    const Bag = this.bag.constructor as typeof FlashBag;
    return new DraftContents(new Bag());
  }

  /** Makes the stored contents the new starting point. Delivered messages stay readable. */
  settle(stored: Stored | undefined): void {
    this.#startOver(stored);
    this.flashes.settle(stored?.flashes);
  }

  /** Undoes this request's changes and deliveries, and starts over from the stored contents, or from none. */
  rollBack(stored?: Stored): void {
    this.#startOver(stored);
    this.flashes.rollBack(stored?.flashes);
  }

  #startOver(stored: Stored | undefined): void {
    this.values.restart(stored?.values, stored?.fitted);
    this.isKept = false;
    this.isEmptied = false;
    this.#wasKept = stored?.isKept === true;
  }
}
