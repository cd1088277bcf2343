import { type FlashBag, flashDraftOf } from './flash-bag.js';
import type { FlashDraft } from './flash-draft.js';
import type { SessionRecord } from './session-record.js';
import { SessionValues } from './session-values.js';

type Stored = Pick<SessionRecord, 'values' | 'fitted' | 'flashes'>;

/** What is in a session while a request lasts: its values and its messages, as they were, and as they are changed. */
export class DraftContents {
  readonly values = new SessionValues();
  /** The inside of the bag. */
  readonly flashes: FlashDraft;

  constructor(readonly bag: FlashBag) {
    this.flashes = flashDraftOf(bag);
  }

  get isEmpty(): boolean {
    return this.values.isEmpty && this.flashes.isEmpty;
  }

  get isDirty(): boolean {
    return this.values.isDirty || this.flashes.isDirty;
  }

  /** Another bag of the same class, and values, in which nothing is. */
  besides(): DraftContents {
    const Bag = this.bag.constructor as typeof FlashBag;
    return new DraftContents(new Bag());
  }

  /** Takes what is stored by now as the new starting point. Messages that were delivered stay readable. */
  settle(stored: Stored | undefined): void {
    this.values.restart(stored?.values, stored?.fitted);
    this.flashes.settle(stored?.flashes);
  }

  /** Takes back what this request did, deliveries included, and starts over from what is stored; or from nothing. */
  rollBack(stored?: Stored): void {
    this.values.restart(stored?.values, stored?.fitted);
    this.flashes.rollBack(stored?.flashes);
  }
}
