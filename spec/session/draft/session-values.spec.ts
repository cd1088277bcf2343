import { describe, expect, it } from '@jest/globals';
import { SessionValues } from '../../../lib/session/draft/session-values.js';

function stored(values: Record<string, unknown>): SessionValues {
  return new SessionValues(new Map(Object.entries(values)));
}

describe('The values of a session', () => {
  it('are empty at first', () => {
    const values = new SessionValues();
    expect(values.keys()).toEqual([]);
    expect(values.isEmpty).toBe(true);
    expect(values.isDirty).toBe(false);
  });

  it('are the stored ones until they are overwritten', () => {
    const values = stored({ cart: 1, theme: 'dark' });
    values.set('cart', 2);
    expect(values.get('cart')).toBe(2);
    expect(values.get('theme')).toBe('dark');
    expect(values.changed).toEqual(new Map([['cart', 2]]));
    expect(values.removed).toEqual(new Set());
  });

  it('no longer contain a key that is unset, stored or not', () => {
    const values = stored({ cart: 1 });
    values.set('draft', 'x');
    values.unset('cart');
    values.unset('draft');
    expect(values.get('cart')).toBeUndefined();
    expect(values.keys()).toEqual([]);
    expect(values.isEmpty).toBe(true);
    expect(values.changed.size).toBe(0);
    expect(values.removed).toEqual(new Set(['cart']));
  });

  it('contain a key again that is set after it was unset', () => {
    const values = stored({ cart: 1 });
    values.unset('cart');
    values.set('cart', 2);
    expect(values.get('cart')).toBe(2);
    expect(values.isEmpty).toBe(false);
    expect(values.removed.size).toBe(0);
  });

  it('are not dirty after unsetting an unknown key', () => {
    const values = stored({ cart: 1 });
    values.unset('unknown');
    expect(values.isDirty).toBe(false);
  });

  it('can be set together, and are removed when they are undefined', () => {
    const values = stored({ cart: 1, theme: 'dark' });
    values.put({ cart: undefined, draft: 'x' });
    expect(values.all()).toEqual({ theme: 'dark', draft: 'x' });
    expect(values.removed).toEqual(new Set(['cart']));
  });

  it('tell changes that are being stored from later ones, and take them back when they cannot be stored', () => {
    const values = stored({ count: 1, cart: 1, theme: 'dark' });
    const add = (by: number) => (old: unknown) => Number(old) + by;
    values.assign('count', add(10));
    values.unset('theme');
    const detached = values.detach();
    expect([values.isDirty, values.all()]).toEqual([false, { count: 11, cart: 1 }]);
    values.assign('count', add(100));
    values.unset('cart');
    expect(values.updates.get('count')?.(0)).toBe(100);
    values.attach(detached);
    expect([values.all(), values.updates.get('count')?.(0)]).toEqual([{ count: 111 }, 110]);
    expect(values.removed).toEqual(new Set(['theme', 'cart']));
  });

  it('compute what depends on an old value again when that is another one', () => {
    const values = stored({ count: 1, list: [1] });
    const calls: unknown[] = [];
    const note = (by: number) => (old: unknown) => {
      calls.push(old);
      return Number(old) + by;
    };
    values.assign('count', note(10));
    values.rebase(new Map(Object.entries({ count: 1, list: [2] })));
    values.rebase(new Map(Object.entries({ count: 5 })));
    expect([values.all(), calls]).toEqual([{ count: 15 }, [1, 5]]);
    values.drop('count');
    expect([values.isDirty, values.get('count')]).toEqual([false, 5]);
  });

  it('discard the changes of a request that is rolled back', () => {
    const values = stored({ cart: 1, theme: 'dark' });
    values.set('cart', 2);
    values.unset('theme');
    values.rollBack();
    expect(values.isDirty).toBe(false);
    expect(values.keys()).toEqual(['cart', 'theme']);
    expect(values.get('cart')).toBe(1);
  });

  it('keep the changes of the request on top of a new record', () => {
    const values = stored({ cart: 1, theme: 'dark' });
    values.set('draft', 'x');
    values.unset('theme');
    values.rebase(
      new Map<string, unknown>([
        ['cart', 2],
        ['theme', 'light'],
      ]),
    );
    expect(values.all()).toEqual({ cart: 2, draft: 'x' });
    expect(values.isDirty).toBe(true);
  });

  it('can restart from other values', () => {
    const values = stored({ cart: 1 });
    values.set('draft', 'x');
    values.restart(new Map([['theme', 'dark']]));
    expect(values.isDirty).toBe(false);
    expect(values.get('cart')).toBeUndefined();
    expect(values.get('draft')).toBeUndefined();
    expect(values.get('theme')).toBe('dark');
  });

  it('can have keys such as "__proto__" and "constructor"', () => {
    const values = new SessionValues();
    values.set('__proto__', 'data');
    values.set('constructor', 'data');
    expect(values.get('__proto__')).toBe('data');
    expect(values.get('constructor')).toBe('data');
    expect(values.get('toString')).toBeUndefined();
    expect(values.keys()).toEqual(['__proto__', 'constructor']);
  });

  it('remember the updates of a value, so that they can be repeated on another stored value', () => {
    const values = stored({ count: 1, theme: 'dark' });
    const addTo = (key: string, more: number) =>
      values.update(key, Number(values.get(key) ?? 0) + more, (old) => Number(old ?? 0) + more);
    addTo('count', 1);
    addTo('count', 10);
    expect(values.get('count')).toBe(12);
    expect(values.updates.get('count')?.(100)).toBe(111);
    addTo('visits', 1);
    expect(values.updates.get('visits')?.(undefined)).toBe(1);
  });

  it('remember no update of a value that was also set or unset directly', () => {
    const values = stored({ a: 1, b: 1, c: 1, d: 1 });
    const double = (old: unknown) => Number(old) * 2;
    values.set('a', 5);
    values.update('a', 10, double);
    values.update('b', 2, double);
    values.set('b', 7);
    values.update('c', 2, double);
    values.unset('c');
    values.unset('d');
    values.update('d', 0, double);
    expect([...values.updates.keys()]).toEqual([]);
    expect([...values.changed]).toEqual([
      ['a', 10],
      ['b', 7],
      ['d', 0],
    ]);
  });
});
