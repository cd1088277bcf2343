import { describe, expect, it } from '@jest/globals';
import { InvalidSessionValueError, SessionValueTypeError } from '../../../lib/errors/index.js';
import { added, pushed } from '../../../lib/session/draft/value-updates.js';

describe('An update of a value', () => {
  it('adds to a number', () => {
    expect([added('n', 2)(undefined), added('n', 2)(3)]).toEqual([2, 5]);
    expect(() => added('n', 2)('3')).toThrow(SessionValueTypeError);
    expect(() => added('n', Number.POSITIVE_INFINITY)).toThrow(InvalidSessionValueError);
  });

  it('adds to a list, and leaves the old one as it is', () => {
    const old = ['a'];
    expect([pushed('l', ['b'])(old), pushed('l', ['b'])(undefined), old]).toEqual([['a', 'b'], ['b'], ['a']]);
    expect(() => pushed('l', ['b'])({})).toThrow(SessionValueTypeError);
  });
});
