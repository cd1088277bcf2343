import { describe, expect, it } from '@jest/globals';
import { FormBudget } from '../../../lib/access/forms/kept-form.js';

const MB = 1024 * 1024;
const MINUTE = 60_000;

describe('What is kept of forms by people who have not signed in', () => {
  it('is bounded, and a small form still finds room where a large one does not', () => {
    const budget = new FormBudget();
    expect([5, 4, 3, 1].map((size) => budget.spend(size * MB, 0))).toEqual([true, false, true, false]);
  });

  it('may be as much again when what was kept is over', () => {
    const budget = new FormBudget();
    expect([0, 14, 15, 29, 30].map((minute) => budget.spend(8 * MB, minute * MINUTE))).toEqual([
      ...[true, false, true, false, true],
    ]);
  });
});
