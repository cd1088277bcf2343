import { describe, expect, it } from '@jest/globals';
import { isDeeperThan } from '../../lib/session/value-depth.js';

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
    ['a text', 'x'],
    ['nothing', null],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['an address', new URL('https://example.com')],
  ])('is at most one for %s', (_, value) => {
    expect(isDeeperThan(1, value)).toBe(false);
  });

  it('has an end for circles', () => {
    const circle: { self?: unknown } = {};
    circle.self = [circle];
    expect(isDeeperThan(2, circle)).toBe(false);
    expect(isDeeperThan(1, circle)).toBe(true);
  });

  it('is found without looking twice at what stands in several places', () => {
    const wide = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner, inner], 1);
    expect(isDeeperThan(100, wide)).toBe(false);
  });

  it('is found without a look at every byte, or at holes', () => {
    expect(isDeeperThan(1, new Uint8Array(50_000_000))).toBe(false);
    expect(isDeeperThan(1, new Array(4_000_000_000))).toBe(false);
  });
});
