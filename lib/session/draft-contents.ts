import { type FlashBag, flashDraftOf } from './flash-bag.js';
import type { FlashDraft } from './flash-draft.js';
import type { SessionChanges } from './session-changes.js';
import type { SessionRecord } from './session-record.js';
import { SessionValues, type Update } from './session-values.js';

type Stored = Pick<SessionRecord, 'values' | 'fitted' | 'flashes' | 'isKept'>;

type Changed = Pick<SessionChanges, 'set' | 'unset' | 'updates' | 'flashesAdded' | 'flashesTaken' | 'leasedBy'>;

/**
 * What is in a session while a request lasts: its values and its messages, as they were, and as they are changed. A commit
 * reads the changes under the names that {@link SessionChanges} have.
 */
export class DraftContents implements Changed {
  readonly values: SessionValues;
  /** The inside of the bag. */
  readonly flashes: FlashDraft;
  /** Whether this request has it kept although nothing may be in it. */
  isKept = false;
  #wasKept: boolean;

  /** @param bag Of the messages that are stored. */
  constructor(
    readonly bag: FlashBag,
    stored?: Stored,
  ) {
    this.values = new SessionValues(stored?.values, stored?.fitted);
    this.flashes = flashDraftOf(bag);
    this.#wasKept = stored?.isKept === true;
  }

  /** Values that have to be stored. */
  get set(): ReadonlyMap<string, unknown> {
    return this.values.changed;
  }

  /** Stored keys that were taken out. */
  get unset(): ReadonlySet<string> {
    return this.values.removed;
  }

  /** For those of the changed values that were made of the value before: how. */
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

  /** Whether it is kept whatever is in it, by this request or one before. */
  get lasts(): boolean {
    return this.isKept || this.#wasKept;
  }

  get isEmpty(): boolean {
    return !this.lasts && this.values.isEmpty && this.flashes.isEmpty;
  }

  get isDirty(): boolean {
    return this.isKept || this.values.isDirty || this.flashes.isDirty;
  }

  /** Until when there is something in it, where that is nothing but messages that say so; else `Infinity`. */
  get livesUntil(): number {
    const { livesUntil } = this.flashes;
    const isOfMessages = Number.isFinite(livesUntil) && this.values.keys().length === 0;
    return isOfMessages ? livesUntil : Number.POSITIVE_INFINITY;
  }

  /** Another bag of the same class, and values, in which nothing is. */
  besides(): DraftContents {
    const Bag = this.bag.constructor as typeof FlashBag;
    return new DraftContents(new Bag());
  }

  /** Takes what is stored by now as the new starting point. Messages that were delivered stay readable. */
  settle(stored: Stored | undefined): void {
    this.#startOver(stored);
    this.flashes.settle(stored?.flashes);
  }

  /** Takes back what this request did, deliveries included, and starts over from what is stored; or from nothing. */
  rollBack(stored?: Stored): void {
    this.#startOver(stored);
    this.flashes.rollBack(stored?.flashes);
  }

  #startOver(stored: Stored | undefined): void {
    this.values.restart(stored?.values, stored?.fitted);
    this.isKept = false;
    this.#wasKept = stored?.isKept === true;
  }
}
