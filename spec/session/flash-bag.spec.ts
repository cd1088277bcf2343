import { describe, expect, it, jest } from '@jest/globals';
import { InvalidSessionValueError, SessionCommittedError } from '../../lib/errors/index.js';
import { FlashBag, flashDraftOf } from '../../lib/session/flash-bag.js';
import { FlashLedger } from '../../lib/session/flashes/flash-claims.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { recordOf } from '../support/records.js';

function bagWith(flashes: Record<string, unknown>): FlashBag {
  return new FlashBag(recordOf({ flashes }).flashes);
}

describe('A flash message', () => {
  it('can be read several times in the request that delivers it', () => {
    const bag = bagWith({ notice: 'Saved' });
    expect(bag.get('notice')).toBe('Saved');
    expect(bag.get('notice')).toBe('Saved');
    expect(flashDraftOf(bag).taken).toEqual(new Set(['flash-notice']));
    expect(bag.isEmpty).toBe(true);
    expect(flashDraftOf(bag).isDirty).toBe(true);
  });

  it('can be read in the request that sets it', () => {
    const bag = new FlashBag();
    bag.set('notice', 'Saved');
    expect(bag.get('notice')).toBe('Saved');
    expect(flashDraftOf(bag).added.size).toBe(0);
    expect(bag.isEmpty).toBe(true);
    expect(flashDraftOf(bag).isDirty).toBe(false);
  });

  it('is replaced by a new one under its key after its delivery', () => {
    const bag = bagWith({ notice: 'old' });
    bag.get('notice');
    bag.set('notice', 'new');
    expect(bag.isEmpty).toBe(false);
    expect(bag.get('notice')).toBe('new');
    expect(bag.isEmpty).toBe(true);
  });

  it('replaces an undelivered one under the same key', () => {
    const bag = bagWith({ notice: 'old' });
    bag.set('notice', 'new');
    bag.set('notice', 'newest');
    expect(bag.peek('notice')).toBe('newest');
    expect(flashDraftOf(bag).taken).toEqual(new Set(['flash-notice']));
    expect([...flashDraftOf(bag).added.values()]).toEqual([{ id: expect.any(String), value: 'newest' }]);
  });

  it('has an id of its own, even when another one has the same key and text', () => {
    const bag = new FlashBag();
    bag.set('notice', 'Saved');
    const first = flashDraftOf(bag).added.get('notice')?.id;
    bag.set('notice', 'Saved');
    expect(flashDraftOf(bag).added.get('notice')?.id).not.toBe(first);
  });

  it('may be any value that a session can store', () => {
    const bag = new FlashBag();
    bag.set('errors', new Map([['email', ['is taken']]]));
    expect(bag.get<Map<string, string[]>>('errors')?.get('email')).toEqual(['is taken']);
  });

  it('must not be undefined, and the previous one stays', () => {
    const bag = bagWith({ notice: 'Saved' });
    for (const leave of ['set', 'append'] as const) {
      expect(() => bag[leave]('notice', undefined)).toThrow(InvalidSessionValueError);
      expect(() => bag[leave]('notice', undefined)).toThrow(/undefined is no message/);
    }
    expect(bag.get('notice')).toBe('Saved');
  });

  it('is copied when it is set, and cannot be changed by code that reads it', () => {
    const errors = ['is taken'];
    const bag = bagWith({ hints: ['Look'] });
    bag.append('errors', errors);
    errors.push('is too short');
    expect(bag.get('errors')).toEqual(['is taken']);
    for (const key of ['errors', 'hints']) {
      expect(() => bag.peek<string[]>(key)?.push('more')).toThrow(TypeError);
      expect(() => bag.get<string[]>(key)?.push('more')).toThrow(TypeError);
      expect(() => bag.getAll<string[]>(key)[0]?.push('more')).toThrow(TypeError);
    }
  });

  it('is rejected with its key when it cannot be stored, and the previous one stays', () => {
    const bag = bagWith({ notice: 'Saved' });
    expect(() => bag.set('notice', () => 'x')).toThrow(InvalidSessionValueError);
    expect(() => bag.set('notice', new FlashBag())).toThrow(/The value of "notice" cannot be stored/);
    expect(bag.get('notice')).toBe('Saved');
  });
});

describe('Several messages under one key', () => {
  const listed = () => {
    const bag = bagWith({ notice: 'One' });
    bag.append('notice', 'Two');
    bag.append('notice', 'Three');
    return bag;
  };

  it('are returned by getAll() in order, the oldest first, also on a second call', () => {
    const bag = listed();
    expect(bag.getAll('notice')).toEqual(['One', 'Two', 'Three']);
    expect(bag.getAll('notice')).toEqual(['One', 'Two', 'Three']);
    expect(bag.isEmpty).toBe(true);
    expect(flashDraftOf(bag).added.size).toBe(0);
    expect(flashDraftOf(bag).taken).toEqual(new Set(['flash-notice']));
  });

  it('are represented by the latest one in get() and peek()', () => {
    const bag = listed();
    expect(bag.peek('notice')).toBe('Three');
    expect(bag.get('notice')).toBe('Three');
    expect(bag.isEmpty).toBe(true);
    expect(bag.getAll('notice')).toEqual(['One', 'Two', 'Three']);
  });

  it('appear as a list in all()', () => {
    const bag = listed();
    bag.append('error', 'Not sent');
    expect(bag.all()).toEqual({ notice: ['One', 'Two', 'Three'], error: 'Not sent' });
  });

  it('are stored together and read back together', () => {
    const bag = listed();
    const [added] = flashDraftOf(bag).added.values();
    expect(added).toMatchObject({ value: 'Three', earlier: [{ value: 'Two' }] });
    expect(new FlashBag(flashDraftOf(bag).added).getAll('notice')).toEqual(['Two', 'Three']);
  });

  it('are all replaced by set()', () => {
    const bag = listed();
    bag.set('notice', 'Only');
    expect(bag.getAll('notice')).toEqual(['Only']);
  });

  it('can be filtered by a predicate, and the others stay', () => {
    const bag = listed();
    bag.append('notice', { not: 'a text' });
    expect(bag.getAll('notice', (value) => typeof value === 'string')).toEqual(['One', 'Two', 'Three']);
    expect(bag.peek('notice')).toEqual({ not: 'a text' });
    expect(bag.isEmpty).toBe(false);
  });

  it('are reported by a warning when a page has shown only the latest', () => {
    const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const shown = listed();
    shown.get('notice');
    shown.getAll('notice');
    flashDraftOf(shown).settle();
    expect(said).not.toHaveBeenCalled();
    const read = listed();
    read.get('notice');
    flashDraftOf(read).settle();
    expect(said.mock.calls).toEqual([[expect.stringContaining("session.flashes.getAll('notice')")]]);
    said.mockRestore();
  });
});

describe('Flash messages that several concurrent requests could read', () => {
  const twoBags = () => {
    const ledger = new FlashLedger(new FrozenClock());
    const { flashes } = recordOf({ flashes: { notice: 'Saved' } });
    return [new FlashBag(flashes, ledger.open()), new FlashBag(flashes, ledger.open())] as const;
  };

  it('are delivered to the request that reads them first', () => {
    const [first, second] = twoBags();
    expect([flashDraftOf(first).isDeliverable, flashDraftOf(second).isDeliverable]).toEqual([true, true]);
    expect(second.get('notice')).toBe('Saved');
    expect(first.get('notice')).toBeUndefined();
    expect([first.peek('notice'), first.has('notice'), first.all()]).toEqual([undefined, false, {}]);
    expect([flashDraftOf(first).isDeliverable, first.isEmpty, flashDraftOf(first).isDirty]).toEqual([
      false,
      false,
      false,
    ]);
    flashDraftOf(second).settle();
    expect(first.get('notice')).toBeUndefined();
  });

  it('are available again when that request fails', () => {
    const [first, second] = twoBags();
    first.get('notice');
    flashDraftOf(first).rollBack();
    expect(second.get('notice')).toBe('Saved');
  });

  it('are available again when the client of that request has disconnected', () => {
    const [first, second] = twoBags();
    first.append('error', 'Not sent');
    expect(first.all()).toEqual({ notice: 'Saved', error: 'Not sent' });
    flashDraftOf(first).giveBack();
    expect(flashDraftOf(first).hasDelivered).toBe(false);
    expect(first.all()).toEqual({});
    expect(flashDraftOf(first).taken.size).toBe(0);
    expect([...flashDraftOf(first).added.keys()]).toEqual(['error']);
    expect(second.get('notice')).toBe('Saved');
  });

  it('are added again when the response was lost after they were removed from the session', () => {
    const [first, second] = twoBags();
    first.get('notice');
    flashDraftOf(first).settle();
    flashDraftOf(first).giveBack();
    expect([...flashDraftOf(first).added.values()]).toEqual([{ id: 'flash-notice', value: 'Saved' }]);
    expect(second.get('notice')).toBe('Saved');
  });

  it('can be peeked at, but not taken, by a request that cannot show them', () => {
    const [first, second] = twoBags();
    first.get('notice');
    flashDraftOf(second).hold();
    expect(second.peek('notice')).toBe('Saved');
    expect(second.get('notice')).toBeUndefined();
    flashDraftOf(second).hold(false);
    expect(second.peek('notice')).toBeUndefined();
  });
});

describe('A flash bag', () => {
  it('is empty and not dirty at first', () => {
    const bag = new FlashBag();
    expect(bag.isEmpty).toBe(true);
    expect(flashDraftOf(bag).isDirty).toBe(false);
    expect(flashDraftOf(bag).isDeliverable).toBe(false);
    expect(bag.all()).toEqual({});
  });

  it('can be read with peek() and has() without delivering anything', () => {
    const bag = bagWith({ notice: 'Saved' });
    expect(bag.peek('notice')).toBe('Saved');
    expect(bag.has('notice')).toBe(true);
    expect(bag.has('error')).toBe(false);
    expect(flashDraftOf(bag).isDirty).toBe(false);
    expect(bag.get('notice')).toBe('Saved');
  });

  it('returns every message from all(), including those already read', () => {
    const bag = bagWith({ notice: 'Saved' });
    bag.set('error', 'Not sent');
    bag.get('notice');
    expect(bag.all()).toEqual({ notice: 'Saved', error: 'Not sent' });
    expect(bag.all()).toEqual({ notice: 'Saved', error: 'Not sent' });
    expect(bag.isEmpty).toBe(true);
  });

  it('keeps messages that were not read', () => {
    const bag = bagWith({ notice: 'Saved', error: 'Not sent' });
    bag.get('notice');
    expect(flashDraftOf(bag).taken).toEqual(new Set(['flash-notice']));
    expect(bag.isEmpty).toBe(false);
    expect(flashDraftOf(bag).isDeliverable).toBe(true);
  });

  it('delivers nothing while it is held, but has() still finds its messages', () => {
    const bag = bagWith({ notice: 'Saved' });
    flashDraftOf(bag).hold();
    expect(bag.get('notice')).toBeUndefined();
    expect(bag.all()).toEqual({});
    expect(bag.has('notice')).toBe(true);
    expect(flashDraftOf(bag).isDeliverable).toBe(false);
    expect(flashDraftOf(bag).isDirty).toBe(false);
  });

  it('accepts new messages while it is held', () => {
    const bag = new FlashBag();
    flashDraftOf(bag).hold();
    bag.set('notice', 'Saved');
    expect(bag.peek('notice')).toBe('Saved');
    expect(flashDraftOf(bag).isDirty).toBe(true);
  });

  it('delivers nothing once it is closed, until it is reopened', () => {
    const bag = bagWith({ notice: 'Saved' });
    flashDraftOf(bag).isClosed = true;
    expect(bag.get('notice')).toBeUndefined();
    expect(bag.all()).toEqual({});
    expect(flashDraftOf(bag).isDeliverable).toBe(false);
    flashDraftOf(bag).isClosed = false;
    expect(flashDraftOf(bag).isDeliverable).toBe(true);
    expect(bag.get('notice')).toBe('Saved');
  });

  it('keeps returning delivered messages until the end of the request, even when it is closed', () => {
    const bag = bagWith({ notice: 'Saved', error: 'Not sent' });
    bag.get('notice');
    flashDraftOf(bag).isClosed = true;
    expect(bag.get('notice')).toBe('Saved');
    expect(bag.all()).toEqual({ notice: 'Saved' });
    flashDraftOf(bag).settle(recordOf({ flashes: { error: 'Not sent' } }).flashes);
    expect(bag.get('notice')).toBe('Saved');
    expect(bag.get('error')).toBeUndefined();
    expect(flashDraftOf(bag).isDirty).toBe(false);
    expect(bag.isEmpty).toBe(false);
  });

  it('rejects a new message once it is closed, because it would be lost', () => {
    const bag = new FlashBag();
    flashDraftOf(bag).isClosed = true;
    expect(() => bag.set('notice', 'Saved')).toThrow(SessionCommittedError);
    expect(() => bag.set('notice', 'Saved')).toThrow("flashes.set('notice', …) came too late");
    expect(bag.isEmpty).toBe(true);
  });

  it('takes back its deliveries when it is rolled back', () => {
    const bag = bagWith({ notice: 'Saved' });
    bag.get('notice');
    bag.set('error', 'Not sent');
    flashDraftOf(bag).rollBack(recordOf({ flashes: { notice: 'Saved' } }).flashes);
    expect(flashDraftOf(bag).isDirty).toBe(false);
    expect(bag.has('error')).toBe(false);
    expect(flashDraftOf(bag).isDeliverable).toBe(true);
    expect(bag.get('notice')).toBe('Saved');
  });

  it('does not return messages delivered before a roll-back once it is closed', () => {
    const bag = bagWith({ notice: 'Saved' });
    bag.get('notice');
    flashDraftOf(bag).rollBack(recordOf({ flashes: { notice: 'Saved' } }).flashes);
    flashDraftOf(bag).isClosed = true;
    expect(bag.get('notice')).toBeUndefined();
    expect(flashDraftOf(bag).isDirty).toBe(false);
  });

  it('drops all messages, delivered ones too, when it is rolled back to nothing', () => {
    const bag = bagWith({ notice: 'Saved', hint: 'Look' });
    bag.get('notice');
    bag.set('error', 'Not sent');
    flashDraftOf(bag).rollBack();
    expect(bag.isEmpty).toBe(true);
    expect(flashDraftOf(bag).isDirty).toBe(false);
    expect(bag.has('notice')).toBe(false);
    expect(bag.all()).toEqual({});
  });

  it('accepts keys such as "__proto__"', () => {
    const bag = new FlashBag();
    bag.set('__proto__', 'data');
    expect(bag.has('toString')).toBe(false);
    expect(Object.entries(bag.all())).toEqual([['__proto__', 'data']]);
  });
});

describe('A flash bag of more than a hundred messages', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, number) => [`m${number}`, number]));

  it('drops the oldest ones and logs one warning', () => {
    const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const bag = bagWith(many(60));
    for (const [key, value] of Object.entries(many(500))) bag.set(`new-${key}`, value);
    expect(bag.peek('m59')).toBeUndefined();
    expect(bag.peek('new-m399')).toBeUndefined();
    expect(bag.peek('new-m400')).toBe(400);
    expect(flashDraftOf(bag).added.size).toBe(100);
    expect(flashDraftOf(bag).taken.size).toBe(60);
    expect(Object.keys(bag.all())).toHaveLength(100);
    expect(said.mock.calls).toEqual([[expect.stringContaining('More than 100 messages wait in one session')]]);
    said.mockRestore();
  });

  it('does not count delivered or replaced messages', () => {
    const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const bag = bagWith(many(100));
    for (let number = 0; number < 300; number++) bag.set('m0', number);
    bag.get('m1');
    bag.set('last', 1);
    expect(bag.has('m2')).toBe(true);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });
});

describe('A message for this page only', () => {
  it('is read after the delivered ones, and is never stored', () => {
    const bag = bagWith({ notice: 'stored' });
    bag.now('notice', 'first');
    bag.now('notice', 'second');
    expect([bag.peek('notice'), bag.has('notice'), bag.getAll('notice')]).toEqual([
      'second',
      true,
      ['stored', 'first', 'second'],
    ]);
    bag.now('error', 'alone');
    expect(bag.all()).toEqual({ notice: ['stored', 'first', 'second'], error: 'alone' });
    expect([flashDraftOf(bag).added.size, bag.isEmpty]).toEqual([0, true]);
  });

  it('does not wait for another page when nobody sees this one, or is kept', () => {
    const bag = bagWith({ notice: 'stored' });
    bag.now('notice', 'here');
    bag.keep();
    bag.getAll('notice');
    flashDraftOf(bag).giveBack();
    expect([...flashDraftOf(bag).added.keys(), ...flashDraftOf(bag).taken]).toEqual([]);
  });

  it('is a copy of a value that could be stored', () => {
    const bag = new FlashBag();
    const value = { text: 'Saved' };
    bag.now('notice', value);
    value.text = 'changed';
    expect(bag.get('notice')).toEqual({ text: 'Saved' });
    expect(() => bag.now('notice', undefined)).toThrow(InvalidSessionValueError);
  });
});

describe('A kept message', () => {
  /** The messages that wait for the next page. */
  function nextOf(bag: FlashBag, ledger?: FlashLedger): FlashBag {
    return new FlashBag(flashDraftOf(bag).added, ledger?.open());
  }

  it.each([
    ['before', (bag: FlashBag) => bag.keep('notice')],
    ['after', (bag: FlashBag) => [bag.getAll('notice'), bag.keep('notice'), bag.keep()]],
  ])('is shown again by the next page, once, when it is kept %s it is read', (_, keep) => {
    const bag = bagWith({ notice: 'Saved', error: 'Wrong' });
    keep(bag);
    expect([bag.getAll('notice'), bag.getAll('notice'), bag.isEmpty]).toEqual([['Saved'], ['Saved'], false]);
    expect([...flashDraftOf(bag).taken]).toEqual(['flash-notice']);
    const next = nextOf(bag);
    expect([next.getAll('notice'), next.isEmpty]).toEqual([['Saved'], true]);
  });

  it('comes before those that the page adds, and all are kept without a key', () => {
    const bag = bagWith({ notice: 'Saved', error: 'Wrong' });
    bag.append('notice', 'added');
    bag.all();
    bag.append('notice', 'later');
    bag.keep();
    expect(nextOf(bag).all()).toEqual({ notice: ['Saved', 'added', 'later'], error: 'Wrong' });
  });

  it('is delivered by one of the next pages only', () => {
    const ledger = new FlashLedger(new FrozenClock());
    const bag = new FlashBag(recordOf({ flashes: { notice: 'Saved' } }).flashes, ledger.open());
    bag.get('notice');
    bag.keep();
    const [one, other] = [nextOf(bag, ledger), nextOf(bag, ledger)];
    flashDraftOf(bag).settle(flashDraftOf(bag).added);
    expect([one.get('notice'), other.get('notice')]).toEqual(['Saved', undefined]);
  });

  it('waits once when nobody sees the page that kept it', () => {
    const bag = bagWith({ notice: 'Saved' });
    bag.get('notice');
    bag.keep();
    flashDraftOf(bag).giveBack();
    expect([flashDraftOf(bag).added.size, flashDraftOf(bag).taken.size]).toEqual([0, 0]);
  });

  it('is taken out of the store again when the visitor left after it was stored', () => {
    const bag = bagWith({ notice: 'Saved' });
    bag.get('notice');
    bag.keep();
    const { added } = flashDraftOf(bag);
    flashDraftOf(bag).settle(added);
    flashDraftOf(bag).giveBack();
    expect([...flashDraftOf(bag).taken]).toEqual([added.get('notice')?.id]);
    expect(flashDraftOf(bag).added.get('notice')?.value).toBe('Saved');
  });

  it('is not kept by a page that failed, or once the head of the response was sent', () => {
    const bag = bagWith({ notice: 'Saved' });
    bag.get('notice');
    bag.keep();
    flashDraftOf(bag).rollBack(recordOf({ flashes: { notice: 'Saved' } }).flashes);
    bag.get('notice');
    expect(flashDraftOf(bag).added.size).toBe(0);
    flashDraftOf(bag).isClosed = true;
    expect(() => bag.keep('notice')).toThrow(SessionCommittedError);
  });
});
