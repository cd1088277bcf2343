import { describe, expect, it } from '@jest/globals';
import { stringify } from 'devalue';
import { frozen, frozenCopy, isUnchangeable } from '../../lib/base/frozen-value.js';
import { Session } from '../../lib/session/session.js';

const SAMPLES = {
  list: () => [1, { inner: ['a'] }],
  object: () => ({ a: { b: [1] } }),
  map: () => new Map<unknown, unknown>([['a', { b: 1 }]]),
  set: () => new Set<unknown>([{ b: 1 }]),
  date: () => new Date(0),
  url: () => new URL('https://example.org/a?b=1#c'),
};

const CHANGES: readonly [keyof typeof SAMPLES, string, (value: never) => unknown][] = [
  ['list', 'push', (list: unknown[]) => list.push(2)],
  ['list', 'an item', (list: unknown[]) => (list[0] = 2)],
  ['list', 'an inner list', ([, { inner }]: [number, { inner: string[] }]) => inner.push('b')],
  ['object', 'a property', (object: { a: unknown }) => (object.a = 1)],
  ['object', 'an inner list', ({ a }: { a: { b: number[] } }) => a.b.push(2)],
  ['object', 'delete', (object: { a?: unknown }) => delete object.a],
  ['map', 'set', (map: Map<string, unknown>) => map.set('a', 2)],
  ['map', 'clear', (map: Map<string, unknown>) => map.clear()],
  ['map', 'an entry', (map: Map<string, { b: number }>) => Object.assign(map.get('a') ?? {}, { b: 2 })],
  ['set', 'add', (set: Set<unknown>) => set.add(1)],
  ['set', 'an entry', ([entry]: Set<{ b: number }>) => Object.assign(entry ?? {}, { b: 2 })],
  ['date', 'setFullYear', (date: Date) => date.setFullYear(2000)],
  ['date', 'setTime', (date: Date) => date.setTime(1)],
  ['url', 'pathname', (url: URL) => (url.pathname = '/x')],
  ['url', 'href', (url: URL) => (url.href = 'https://evil.example/')],
  ['url', 'a parameter', (url: URL) => url.searchParams.set('b', '2')],
];

describe('A value of a session', () => {
  it.each(CHANGES)('that is a %s cannot be changed through %s', (kind, _, change) => {
    const value = frozen(SAMPLES[kind]());
    expect(() => change(value as never)).toThrow(TypeError);
    expect(stringify(value)).toBe(stringify(SAMPLES[kind]()));
  });

  it.each(Object.entries(SAMPLES))('that is a %s stays equal when it is frozen', (_, make) => {
    expect(frozen(make())).toEqual(make());
    expect(frozenCopy(make())).toEqual(make());
  });

  it('that is a Map throws an error that names session.set() when it is changed', () => {
    expect(() => frozen(new Map()).set('a', 1)).toThrow('session.set(');
  });

  it('can be read like an unfrozen one', () => {
    const url = frozen(new URL('https://example.org/a?b=1'));
    expect([url.pathname, url.searchParams.get('b'), `${url}`]).toEqual(['/a', '1', 'https://example.org/a?b=1']);
    expect([...frozen(new Map([['a', 1]]))]).toEqual([['a', 1]]);
    expect(structuredClone(frozen(new Date(5))).getTime()).toBe(5);
  });

  it('with a circular reference cannot be changed either', () => {
    const menu: { title: string; parent?: unknown } = { title: 'a' };
    menu.parent = menu;
    const session = new Session<{ menu: typeof menu }>().set('menu', menu);
    expect(session.get('menu')?.parent).toBe(session.get('menu'));
    expect(() => Object.assign(session.get('menu') ?? {}, { title: 'b' })).toThrow(TypeError);
    expect(isUnchangeable(session.get('menu'))).toBe(true);
  });

  it.each([
    ['bytes', new Uint8Array([1])],
    ['a pattern', /a/g],
    ['bytes in a map', new Map([['key', { bytes: new Uint8Array([1]) }]])],
  ])('is not reported as unchangeable when it cannot be frozen: %s', (_, value) => {
    expect(isUnchangeable(frozen(value))).toBe(false);
  });

  it.each(Object.entries(SAMPLES))('that is a %s is reported as unchangeable once it is frozen', (_, make) => {
    expect(isUnchangeable(frozen(make()))).toBe(true);
    expect(isUnchangeable(make())).toBe(false);
  });

  it('of a custom class is not frozen', () => {
    class Money {
      amount = 1;
    }
    expect(Object.isFrozen(frozen(new Money()))).toBe(false);
  });
});

describe('A value passed to session.set()', () => {
  it('is copied at that moment', () => {
    const session = new Session<{ cart: string[]; open: { by: string } }>();
    const cart = ['tea'];
    const open = Object.freeze({ by: 'ada', tags: ['a'] });
    session.set('cart', cart).set('open', open);
    cart.push('milk');
    open.tags.push('b');
    expect(session.get('cart')).toEqual(['tea']);
    expect(session.get('open')).toEqual({ by: 'ada', tags: ['a'] });
  });

  it('is stored as it was, even when it is made unstorable afterwards', () => {
    const session = new Session<{ cart: Record<string, unknown> }>();
    const cart: Record<string, unknown> = { tea: 1 };
    session.set('cart', cart);
    cart.order = () => 'soon';
    expect(session.get('cart')).toEqual({ tea: 1 });
  });

  it('cannot be changed by code that reads it, whichever method it uses', () => {
    const session = new Session<{ cart: string[] }>().set('cart', ['tea']);
    expect(() => session.get('cart')?.push('milk')).toThrow(TypeError);
    expect(() => (session.all().cart as string[]).push('milk')).toThrow(TypeError);
    const pushes = (cart: string[] = []) => {
      cart.push('milk');
      return cart;
    };
    expect(() => session.set('cart', pushes)).toThrow(TypeError);
    expect(session.set('cart', (cart = []) => [...cart, 'milk']).get('cart')).toEqual(['tea', 'milk']);
  });
});
