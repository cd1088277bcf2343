import { describe, expect, it } from '@jest/globals';
import { isEmptyRecord, ownKeys, whyNotStorable } from '../../lib/session/session-record.js';
import { recordOf } from '../support/records.js';

class Money {
  constructor(readonly cents: number) {}
}

describe('A value', () => {
  const storable: [string, unknown][] = [
    ['a text', 'x'],
    ['a number', 1.5],
    ['not a number', Number.NaN],
    ['null', null],
    ['a Date', new Date(0)],
    ['a Map', new Map([[1, new Set([2])]])],
    ['a Set', new Set(['a'])],
    ['a URL', new URL('https://example.com/?a=1#b')],
    ['a BigInt', 10n ** 30n],
    ['an object with undefined in it', { a: undefined }],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
  ];
  it.each(storable)('can be kept: %s', (_, value) => {
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
  it.each(refused)('cannot be kept: %s', (_, value, reason) => {
    expect(whyNotStorable(value)).toContain(reason);
  });

  it('that fails when it is looked at cannot be kept', () => {
    const failing = {
      get secret(): string {
        throw 'no look';
      },
    };
    expect(whyNotStorable(failing)).toBe('no look');
  });
});

describe('A record that is kept', () => {
  it('is not empty, though nothing is in it', () => {
    expect(isEmptyRecord(recordOf())).toBe(true);
    expect(isEmptyRecord(recordOf({ isKept: true }))).toBe(false);
  });
});

describe('The keys of a visitor', () => {
  it('are those that do not say by themselves who it is', () => {
    expect(ownKeys({ userId: 'ada', email: 'a', role: 'b', roles: [], permissions: [], plan: 'free' })).toEqual([
      'plan',
    ]);
  });
});
