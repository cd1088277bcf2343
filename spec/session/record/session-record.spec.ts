import { describe, expect, it } from '@jest/globals';
import {
  deviceOf,
  isDeeperThan,
  isEmptyRecord,
  ownKeys,
  parseDevice,
  whyNotStorable,
} from '../../../lib/session/record/session-record.js';
import { recordOf } from '../../support/records.js';

class Money {
  constructor(readonly cents: number) {}
}

describe('A session value', () => {
  const storable: [string, unknown][] = [
    ['a string', 'x'],
    ['a number', 1.5],
    ['NaN', Number.NaN],
    ['null', null],
    ['a Date', new Date(0)],
    ['a Map', new Map([[1, new Set([2])]])],
    ['a Set', new Set(['a'])],
    ['a URL', new URL('https://example.com/?a=1#b')],
    ['a BigInt', 10n ** 30n],
    ['an object with undefined in it', { a: undefined }],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
  ];
  it.each(storable)('can be stored: %s', (_, value) => {
    expect(whyNotStorable(value)).toBeUndefined();
  });

  const refused: [string, unknown, string][] = [
    ['a function', () => 1, 'function'],
    ['a method deep inside', { user: { save() {} } }, 'function'],
    ['a symbol', Symbol('x'), 'symbol'],
    ['an object with a symbol for a key', { [Symbol('x')]: 1 }, 'symbolic keys'],
    ['an instance of a class', new Money(100), 'non-pojos'],
    ['an instance in a Map', new Map([['price', new Money(100)]]), 'non-pojos'],
    ['a class', Money, 'function'],
    ['an error', new Error('x'), 'non-pojos'],
    ['a promise', Promise.resolve(1), 'promise'],
    ['an object with a __proto__ of its own', JSON.parse('{"__proto__":{"isAdmin":true}}'), '__proto__'],
  ];
  it.each(refused)('cannot be stored: %s', (_, value, reason) => {
    expect(whyNotStorable(value)).toContain(reason);
  });

  it('cannot be stored when reading it throws', () => {
    const failing = {
      get secret(): string {
        throw 'no look';
      },
    };
    expect(whyNotStorable(failing)).toBe('no look');
  });
});

describe('A record that is marked as kept', () => {
  it('is not empty even without values', () => {
    expect(isEmptyRecord(recordOf())).toBe(true);
    expect(isEmptyRecord(recordOf({ isKept: true }))).toBe(false);
  });
});

describe('The custom keys of a user', () => {
  it('are those that have no built-in meaning', () => {
    expect(ownKeys({ userId: 'ada', email: 'a', role: 'b', roles: [], permissions: [], plan: 'free' })).toEqual([
      'plan',
    ]);
  });
});

function nested(levels: number, around: (inner: unknown) => unknown): unknown {
  return Array.from({ length: levels }).reduce<unknown>(around, 1);
}

describe('The depth of a value', () => {
  it.each<[string, (inner: unknown) => unknown]>([
    ['lists', (inner) => [inner]],
    ['objects', (inner) => ({ inner })],
    ['objects without a prototype', (inner) => Object.assign(Object.create(null), { inner })],
    ['maps', (inner) => new Map([['inner', inner]])],
    ['keys of maps', (inner) => new Map([[inner, 'inner']])],
    ['sets', (inner) => new Set([inner])],
  ])('is counted through %s', (_, around) => {
    expect(isDeeperThan(100, nested(100, around))).toBe(false);
    expect(isDeeperThan(100, nested(101, around))).toBe(true);
    expect(isDeeperThan(100, nested(100_000, around))).toBe(true);
  });

  it.each([
    ['a string', 'x'],
    ['null', null],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a URL', new URL('https://example.com')],
  ])('is at most one for %s', (_, value) => {
    expect(isDeeperThan(1, value)).toBe(false);
  });

  it('is finite for circular references', () => {
    const circle: { self?: unknown } = {};
    circle.self = [circle];
    expect(isDeeperThan(2, circle)).toBe(false);
    expect(isDeeperThan(1, circle)).toBe(true);
  });

  it('is computed without visiting a shared object twice', () => {
    const wide = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner, inner], 1);
    expect(isDeeperThan(100, wide)).toBe(false);
  });

  it('is computed without visiting every byte or hole', () => {
    expect(isDeeperThan(1, new Uint8Array(50_000_000))).toBe(false);
    expect(isDeeperThan(1, new Array(4_000_000_000))).toBe(false);
  });
});

describe('A device', () => {
  it('contains only the fields that are known', () => {
    expect(deviceOf({ userAgent: 'Spec/1', label: '' })).toEqual({ userAgent: 'Spec/1' });
    expect(deviceOf({ label: 'Laptop', userAgent: undefined })).toEqual({ label: 'Laptop' });
  });

  it.each([[{}], [{ userAgent: '' }], [{ userAgent: undefined, label: undefined }]])(
    'is undefined when no field is known: %j',
    (known) => {
      expect(deviceOf(known)).toBeUndefined();
    },
  );

  it('has fields of at most 256 characters', () => {
    const long = 'x'.repeat(100_000);
    expect(deviceOf({ userAgent: long, label: long })).toEqual({ userAgent: 'x'.repeat(256), label: 'x'.repeat(256) });
  });

  it.each([[null], [undefined], [1], ['text'], [[]], [{ userAgent: 1, label: {} }]])(
    'is undefined when the stored value is %j',
    (kept) => {
      expect(parseDevice(kept)).toBeUndefined();
    },
  );

  it('is read as it was stored', () => {
    expect(parseDevice({ userAgent: 'Spec/1', label: 'Laptop', other: 1 })).toEqual({
      userAgent: 'Spec/1',
      label: 'Laptop',
    });
  });
});
