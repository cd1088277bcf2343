import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPlainJson } from '../../lib/session/plain-json.js';

describe('Whether JSON is enough', () => {
  it.each([
    ['texts', 'text'],
    ['numbers', 1.5],
    ['null', null],
    ['lists', [1, [2, ['three']]]],
    ['objects', { a: { b: [true, null] } }],
  ])('it is for %s', (_, value) => {
    expect(isPlainJson(value)).toBe(true);
  });

  it.each([
    ['undefined', undefined],
    ['undefined in an object', { a: undefined }],
    ['undefined in a list', [undefined]],
    ['a list with a hole', new Array(1)],
    ['a list with a property beside its items', Object.assign([1], { more: 2 })],
    ['dates', new Date(0)],
    ['maps', { in: new Map() }],
    ['big integers', 1n],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['negative zero', -0],
    ['objects without a prototype', Object.create(null)],
    ['instances of a class', new (class Visit {})()],
  ])('it is not for %s', (_, value) => {
    expect(isPlainJson(value)).toBe(false);
  });

  it('is not for circles', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(isPlainJson(circle)).toBe(false);
  });

  it('gives back what it accepts exactly as it was', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withBigInt: true, withSparseArray: true }), (value) => {
        if (isPlainJson(value)) expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
      }),
      { numRuns: 2_000 },
    );
  });
});
