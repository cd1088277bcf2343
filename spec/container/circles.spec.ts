import { describe, expect, it } from '@jest/globals';
import { assertNoCircle, Making } from '../../lib/container/circles.js';
import { ServiceConstructionError } from '../../lib/errors.js';

class A {}
class B {}
class C {}

describe('Services that need each other', () => {
  it('are found by what their constructors ask for', () => {
    const needs = new Map<unknown, unknown[]>([
      [A, [B, 'text']],
      [B, [C]],
      [C, [B]],
    ]);
    const dependencies = (token: unknown) => needs.get(token) ?? [];
    expect(() => assertNoCircle([A, B, C], dependencies)).toThrow(
      'B needs C needs B, so none of them can be created first',
    );
    needs.set(C, []);
    expect(() => assertNoCircle([A, B, C], dependencies)).not.toThrow();
  });

  it('are found while they are made, and said to whoever is told of something else', () => {
    const making = new Making();
    const make = (): string => making.within(A, () => making.within(B, make));
    expect(make).toThrow(ServiceConstructionError);
    expect(making.failure?.message).toContain('A needs B needs A, so none');
    expect(making.within(A, () => 'again')).toBe('again');
  });
});
