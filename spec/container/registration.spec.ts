import { describe, expect, it } from '@jest/globals';
import { isClass } from '../../lib/container/registration.js';

describe('An implementation', () => {
  it.each([class {}, class Named {}, class extends Map {}])('is recognised as a class: %p (%#)', (implementation) => {
    expect(isClass(implementation)).toBe(true);
  });

  it.each([
    () => new Map(),
    function make() {},
    async () => {},
    { classify: () => 1 }.classify,
    {},
    'class',
    undefined,
  ])('is not recognised as a class: %p (%#)', (implementation) => {
    expect(isClass(implementation)).toBe(false);
  });
});
