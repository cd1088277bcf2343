import { describe, expect, it } from '@jest/globals';
import { DraftContents } from '../../../lib/session/draft/draft-contents.js';
import { FlashBag } from '../../../lib/session/flash-bag.js';
import { recordOf } from '../../support/records.js';

class OwnFlashes extends FlashBag {}

describe('The contents of a session', () => {
  it('are dirty, and not empty, once a value or a message is set', () => {
    const contents = new DraftContents(new FlashBag());
    expect([contents.isEmpty, contents.isDirty]).toEqual([true, false]);
    contents.values.assign('cart', 1);
    expect([contents.isEmpty, contents.isDirty]).toEqual([false, true]);
    const told = new DraftContents(new FlashBag());
    told.bag.set('notice', 'Saved');
    expect([told.isEmpty, told.isDirty]).toEqual([false, true]);
  });

  it('return to the stored record, including delivered messages, when rolled back', () => {
    const record = recordOf({ values: { cart: 1 }, flashes: { notice: 'Saved' } });
    const contents = new DraftContents(new FlashBag(record.flashes));
    contents.bag.get('notice');
    contents.values.assign('cart', 2);
    contents.rollBack(record);
    expect([contents.values.get('cart'), contents.bag.peek('notice'), contents.isDirty]).toEqual([1, 'Saved', false]);
  });

  it('restart from the committed record, while delivered messages stay readable', () => {
    const record = recordOf({ flashes: { notice: 'Saved' } });
    const contents = new DraftContents(new FlashBag(record.flashes));
    contents.bag.get('notice');
    contents.settle(recordOf({ values: { cart: 2 } }));
    expect([contents.values.get('cart'), contents.bag.get('notice'), contents.isDirty]).toEqual([2, 'Saved', false]);
  });

  it('are not empty once the session is marked as kept, even without values', () => {
    const contents = new DraftContents(new FlashBag());
    expect(contents).toMatchObject({ lasts: false, isEmpty: true, isDirty: false });
    contents.isKept = true;
    expect(contents).toMatchObject({ lasts: true, isEmpty: false, isDirty: true });
    contents.settle(recordOf({ isKept: true }));
    expect(contents).toMatchObject({ lasts: true, isEmpty: false, isDirty: false, isKept: false });
    expect(new DraftContents(new FlashBag(), recordOf({ isKept: true }))).toMatchObject({
      lasts: true,
      isDirty: false,
    });
    contents.rollBack();
    expect(contents).toMatchObject({ lasts: false, isEmpty: true });
  });

  it('expire with the last temporary message when there is nothing else', () => {
    const contents = new DraftContents(new FlashBag());
    expect(contents.livesUntil).toBe(Number.POSITIVE_INFINITY);
    contents.flashes.replace('one', 1, { until: 1000, yields: true });
    contents.flashes.replace('two', 2, { until: 2000, yields: true });
    expect(contents.livesUntil).toBe(2000);
    contents.values.assign('cart', 1);
    expect(contents.livesUntil).toBe(Number.POSITIVE_INFINITY);
    contents.values.unset('cart');
    contents.bag.set('notice', 'Saved');
    expect(contents.livesUntil).toBe(Number.POSITIVE_INFINITY);
  });

  it('can have a second, empty set beside them with a flash bag of the same class', () => {
    const contents = new DraftContents(new OwnFlashes(recordOf({ flashes: { notice: 'Saved' } }).flashes));
    const others = contents.besides();
    expect([others.bag instanceof OwnFlashes, others.isEmpty, contents.isEmpty]).toEqual([true, true, false]);
  });
});
