import { describe, expect, it } from '@jest/globals';
import { ExclusiveTimeoutError, InvalidCallError, InvalidSessionValueError } from '../../../lib/errors/index.js';
import { inLimit, limitOf, onItsOwn, timedRun } from '../../../lib/session/steps/timed-run.js';

const never = () => new Promise<never>(() => {});

describe('A function that is run in a limited time', () => {
  it('has ten seconds, or as many as it is given', () => {
    expect([limitOf(), limitOf({ timeout: 0.5 }), limitOf({ timeout: 1e9 })]).toEqual([10_000, 500, 2 ** 31 - 1]);
    expect(() => limitOf({ timeout: -1 })).toThrow(InvalidCallError);
  });

  it('returns a value that nobody can change, and of which each caller can have a copy', async () => {
    const made = { list: ['a'] };
    const value = await timedRun('step', async () => made, 1000);
    expect([value, Object.isFrozen(value), value === made]).toEqual([made, true, false]);
    expect(Object.isFrozen(await onItsOwn('step', () => made))).toBe(false);
    await expect(timedRun('step', () => () => {}, 1000)).rejects.toThrow(InvalidSessionValueError);
  });

  it('is told when its time is over, or what is left of it', async () => {
    let signal: AbortSignal | undefined;
    const run = (given: AbortSignal) => {
      signal = given;
      return never();
    };
    await expect(timedRun('step', run, 10_000, 5)).rejects.toThrow(new ExclusiveTimeoutError('step', 10));
    expect(signal?.aborted).toBe(true);
    await expect(inLimit(never(), 'step', 5)).rejects.toThrow(ExclusiveTimeoutError);
  });
});
