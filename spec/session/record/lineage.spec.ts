import { describe, expect, it } from '@jest/globals';
import {
  APART,
  compareLineages,
  isSettled,
  type Lineage,
  lineageOfName,
  nameOfLeaving,
  nameOfLineage,
  nextEpoch,
  nextTurn,
} from '../../../lib/session/record/lineage.js';

const NOON = Date.UTC(2030, 0, 1, 12);

describe('The lineage of a session', () => {
  it('increases with every step, whatever the clock of the server says', () => {
    const steps: Lineage[] = [{ epoch: 0, turn: 0 }];
    const add = (next: Lineage) => steps.push(next);
    for (const clock of [NOON, NOON - 90_000, NOON - 90_000, 0]) {
      for (const change of ['id', 'visitor', 'roles'] as const) add(nextTurn(steps.at(-1), clock, change));
      add(nextEpoch(steps.at(-1), clock));
    }
    for (const [at, step] of steps.slice(1).entries()) expect(compareLineages(step, steps[at])).toBeGreaterThan(0);
    expect(compareLineages(APART, undefined)).toBeLessThan(0);
  });

  it('is greater after a sign-in than after any other change of the same session', () => {
    const guest = { epoch: 0, turn: NOON - 5 };
    expect(compareLineages(nextEpoch(guest, NOON), nextTurn(guest, NOON + 1, 'roles'))).toBeGreaterThan(0);
  });

  it('is greater after a change of the role than after any other concurrent change', () => {
    const known = { epoch: NOON - 900_000, turn: NOON - 60_000 };
    const steps = (['id', 'visitor', 'roles'] as const).map((change) => nextTurn(known, NOON, change));
    for (const [at, step] of steps.entries()) {
      expect(compareLineages(step, at === 0 ? known : steps[at - 1])).toBeGreaterThan(0);
    }
    expect(compareLineages(nextTurn(steps[1], NOON + 5, 'id'), steps[2])).toBeLessThan(0);
    expect(compareLineages(nextTurn(known, NOON + 5_000, 'roles'), steps[2])).toBeGreaterThan(0);
  });

  it('is settled once no response can be pending any more', () => {
    const minutes = (count: number) => NOON + count * 60_000;
    expect(isSettled({ epoch: NOON, turn: 0 }, minutes(14))).toBe(false);
    expect(isSettled({ epoch: NOON, turn: 0 }, minutes(16))).toBe(true);
    expect(isSettled({ epoch: NOON, turn: minutes(10) }, minutes(16))).toBe(false);
  });
});

describe('The name of a lineage', () => {
  it.each([
    { epoch: NOON, turn: 0 },
    { epoch: NOON, turn: NOON + 7 },
    { epoch: 0, turn: NOON },
    { epoch: 0, turn: 1 },
    { epoch: NOON, turn: 3 },
  ])('is parsed back to the same lineage: %j', (lineage) => {
    expect(nameOfLineage(lineage)).toMatch(/^[a-z0-9-]{3,17}$/);
    expect(lineageOfName(nameOfLineage(lineage))).toEqual(lineage);
  });

  it('is made of whole milliseconds, whatever the clock returns', () => {
    for (const step of [nextEpoch(undefined, NOON + 0.25), nextTurn(undefined, NOON + 0.25, 'roles')]) {
      expect(lineageOfName(nameOfLineage(step))).toEqual(step);
      expect(nameOfLeaving(step)).toMatch(/^[a-z0-9-]+$/);
    }
  });

  it('is shared by concurrent sign-outs, unless one follows from the other', () => {
    const [one, other] = [nextEpoch({ epoch: 5, turn: 0 }, NOON + 1), nextEpoch({ epoch: 5, turn: 0 }, NOON + 900)];
    const name = nameOfLeaving(one);
    expect([name, nameOfLeaving(other), lineageOfName(name)]).toEqual([name, name, { epoch: NOON, turn: 0 }]);
    const second = nextEpoch(one, NOON + 900);
    expect([name, nameOfLineage(one), nameOfLineage(other)]).not.toContain(nameOfLeaving(nextEpoch(one, 0), one));
    expect(nameOfLeaving(second, one)).toBe(nameOfLineage(second));
  });

  it.each(['', 'guest', 'apart', '-', 'x-y-z', 'a'.repeat(40), '__proto__'])(
    'is parsed to the initial lineage when it is %j',
    (name) => {
      expect(lineageOfName(name)).toEqual({ epoch: 0, turn: 0 });
    },
  );
});
