import { describe, expect, it } from '@jest/globals';
import { FormBudget } from '../../../lib/access/forms/kept-form.js';

const MB = 1024 * 1024;
const MINUTE = 60_000;

describe('The budget for kept forms of guests', () => {
  it('is limited, and still has room for a small form when a large one no longer fits', () => {
    const budget = new FormBudget();
    expect([5, 4, 3, 1].map((size) => budget.spend(size * MB, 0))).toEqual([true, false, true, false]);
  });

  it('is renewed once the forms have expired', () => {
    const budget = new FormBudget();
    expect([0, 14, 15, 29, 30].map((minute) => budget.spend(8 * MB, minute * MINUTE))).toEqual([
      ...[true, false, true, false, true],
    ]);
  });
});
