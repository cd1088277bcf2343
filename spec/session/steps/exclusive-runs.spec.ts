import { describe, expect, it } from '@jest/globals';
import { thawed } from '../../../lib/base/frozen-value.js';
import { ExclusiveTimeoutError, InvalidCallError, InvalidSessionValueError } from '../../../lib/errors/index.js';
import { ExclusiveRuns } from '../../../lib/session/steps/exclusive-runs.js';
import type { ExclusiveOptions } from '../../../lib/session/steps/session-steps.js';
import { limitOf, onItsOwn, timedRun } from '../../../lib/session/steps/timed-run.js';
import { FrozenClock } from '../../support/frozen-clock.js';

const never = () => new Promise<never>(() => {});

function start() {
  const clock = new FrozenClock();
  const runs = new ExclusiveRuns(clock);
  let end: (after: undefined) => void = () => {};
  const arrive = (key = 'step') => {
    const request = { id: 'session', opened: undefined, arrivedAt: runs.moment() };
    return async <Value>(run: (signal: AbortSignal) => Value, options?: ExclusiveOptions) => {
      const limit = limitOf(options);
      const begun = (ending: typeof end) => {
        end = ending;
      };
      const outcome = runs.join(request, key, limit, () => timedRun(key, run, limit), begun);
      return thawed(await outcome) as Awaited<Value>;
    };
  };
  return { clock, runs, arrive, end: () => end(undefined) };
}

describe('A run', () => {
  it('gives each request a copy of its outcome, which it can change', async () => {
    const { arrive } = start();
    const made = { at: new Date(0), list: ['a'] };
    const [one, other] = await Promise.all([
      arrive()(async () => made),
      arrive()(() => ({ at: new Date(1), list: [] })),
    ]);
    one.list.push('b');
    expect([made.list, other]).toEqual([['a'], { at: new Date(0), list: ['a'] }]);
  });

  it('gives each request its error, and is run again after its request is over', async () => {
    const { arrive, end } = start();
    const error = new Error('refused');
    const fail = () => Promise.reject(error);
    const outcomes = await Promise.allSettled([arrive()(fail), arrive()(() => 1)]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([error, error]);
    end();
    expect(await arrive()(() => 2)).toBe(2);
  });

  it('ends for everybody at its timeout, tells the function so, and can be tried again', async () => {
    const { arrive } = start();
    const signals: AbortSignal[] = [];
    const hang = (signal: AbortSignal) => {
      signals.push(signal);
      return never();
    };
    const outcomes = await Promise.allSettled([
      arrive()(hang, { timeout: 0.02 }),
      arrive()(hang),
      arrive()(hang, { timeout: 0.01 }),
    ]);
    const errors = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
    expect(errors.map((error) => [error instanceof ExclusiveTimeoutError, error.code, error.timeout])).toEqual([
      [true, 'EXCLUSIVE_TIMEOUT', 0.02],
      [true, 'EXCLUSIVE_TIMEOUT', 0.02],
      [true, 'EXCLUSIVE_TIMEOUT', 0.01],
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await arrive()(() => 'again')).toBe('again');
  });

  it('is forgotten when its request never ends', async () => {
    const { arrive, clock } = start();
    expect([await arrive()(() => 1), await arrive()(() => 2)]).toEqual([1, 1]);
    clock.advance(71);
    expect(await arrive()(() => 3)).toBe(3);
  });

  it('is forgotten a minute after its request is over, whatever longer runs there are', async () => {
    const { runs, arrive, clock, end } = start();
    let finish = () => {};
    const long = arrive('import')(() => new Promise<void>((done) => (finish = done)), { timeout: 3600 });
    for (const key of ['a', 'b']) {
      await arrive(key)(() => key, { timeout: 1800 });
      end();
    }
    clock.advance(61);
    await arrive('c')(() => 'c');
    const { size } = runs;
    finish();
    await long;
    expect(size).toBe(2);
  });

  it('refuses a value that cannot be copied, and a timeout that is not above 0', async () => {
    const { arrive, end } = start();
    await expect(arrive()(() => () => {})).rejects.toThrow(InvalidSessionValueError);
    end();
    await expect(arrive()(() => 1, { timeout: 0 })).rejects.toThrow(InvalidCallError);
    await expect(arrive()(() => 1, { timeout: Number.NaN })).rejects.toThrow(InvalidCallError);
    expect(await arrive()(() => undefined)).toBeUndefined();
  });

  it('of a session that no other request has is bounded in time too', async () => {
    expect(await onItsOwn('step', async () => [1])).toEqual([1]);
    await expect(onItsOwn('step', never, { timeout: 0.01 })).rejects.toThrow(ExclusiveTimeoutError);
  });
});
