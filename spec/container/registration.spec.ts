import { describe, expect, it } from '@jest/globals';
import { isClass } from '../../lib/container/registration.js';

describe('What is registered', () => {
  it.each([class {}, class Named {}, class extends Map {}])('is a class: %p', (implementation) => {
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
  ])('is no class: %p', (implementation) => {
    expect(isClass(implementation)).toBe(false);
  });
});
