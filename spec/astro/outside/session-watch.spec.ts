import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Visitor } from '../../../lib/access/visitor.js';
import type { Look } from '../../../lib/astro/outside/outside-request.js';
import { SessionWatch } from '../../../lib/astro/outside/session-watch.js';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { Session } from '../../../lib/session/session.js';
import { sessionChannel } from '../../../lib/session/watch/session-channel.js';
import { recordOf } from '../../support/records.js';

const MINUTE = 60_000;

function lookOf(record: SessionRecord | undefined, userId?: string, failure?: Error): Look {
  const visitor = new Visitor(userId === undefined ? null : { userId });
  return { session: new Session(record), visitor, record, known: undefined, failure };
}

/** Watches a session of Ada that ends in ten minutes. */
async function start(interval = MINUTE, first?: Look) {
  const record = recordOf({ expiresAt: Date.now() + 10 * MINUTE, values: { userId: 'ada' } });
  const state = { look: first ?? lookOf(record, 'ada'), looks: 0, during: () => {} };
  const watch = await SessionWatch.begin({
    look: async () => {
      state.looks += 1;
      state.during();
      return state.look;
    },
    endOf: ({ expiresAt }) => expiresAt,
    now: () => Date.now(),
    interval,
  });
  if (!(watch instanceof SessionWatch)) throw new Error('The session is not watched');
  const end = () => watch.ended.reason?.why;
  return { record, state, watch, end };
}

describe('A watched session', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is looked at in intervals, and goes on while it is there', async () => {
    const { state, watch } = await start();
    await jest.advanceTimersByTimeAsync(3 * MINUTE + 1);
    expect(state.looks).toBe(4);
    expect(watch.ended.aborted).toBe(false);
    watch.close();
  });

  it.each<[string, Look, string]>([
    ['it is gone', lookOf(undefined), 'ended'],
    ['its visitor is another one', lookOf(recordOf(), 'bob'), 'another-user'],
    ['its visitor is unknown to the application', lookOf(recordOf()), 'another-user'],
    ['the store fails', lookOf(undefined, undefined, new Error('away')), 'unknown'],
  ])('ends when %s', async (_, look, expected) => {
    const { state, end } = await start();
    state.look = look;
    expect(end()).toBeUndefined();
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(end()).toBe(expected);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends when it expires, and later when it was renewed', async () => {
    const { state, record, end } = await start(Number.POSITIVE_INFINITY);
    state.look = lookOf({ ...record, expiresAt: record.expiresAt + 5 * MINUTE }, 'ada');
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    expect([state.looks, end()]).toEqual([2, undefined]);
    state.look = lookOf(undefined);
    await jest.advanceTimersByTimeAsync(5 * MINUTE);
    expect([state.looks, end()]).toEqual([3, 'expired']);
  });

  it('is looked at in intervals when it goes on although its time is over', async () => {
    const { state, watch } = await start(MINUTE, lookOf(recordOf({ expiresAt: Date.now() - 1 }), 'ada'));
    await jest.advanceTimersByTimeAsync(2 * MINUTE + 1);
    expect([state.looks, watch.ended.aborted]).toEqual([3, false]);
    watch.close();
  });

  it('waits longer than a timer can', async () => {
    const { state, watch } = await start(
      Number.POSITIVE_INFINITY,
      lookOf(recordOf({ expiresAt: Number.MAX_SAFE_INTEGER }), 'ada'),
    );
    await jest.advanceTimersByTimeAsync(2 ** 31 - 2);
    expect(state.looks).toBe(1);
    watch.close();
  });

  it('is looked at when this process changes it, and ends at once when this process ends it', async () => {
    const { state, record, watch, end } = await start();
    const next = {
      ...record,
      values: new Map([
        ['userId', 'ada'],
        ['cart', 'tea'],
      ]),
    };
    state.look = lookOf(next, 'ada');
    sessionChannel.announce(record.id, 'changed');
    await jest.advanceTimersByTimeAsync(0);
    expect([state.looks, watch.last.record]).toEqual([2, next]);
    sessionChannel.announce(record.id, 'ended');
    expect(end()).toBe('ended');
  });

  it('ends when it was ended while it was read', async () => {
    const { state, record, watch, end } = await start();
    state.during = () => sessionChannel.announce(record.id, 'ended');
    await watch.check();
    expect(end()).toBe('ended');
  });

  it('is looked at once more when it was changed while it was read', async () => {
    const { state, record, watch } = await start();
    state.during = () => {
      if (state.looks === 2) sessionChannel.announce(record.id, 'changed');
    };
    expect(await watch.check()).toBe(true);
    await jest.advanceTimersByTimeAsync(0);
    expect(state.looks).toBe(3);
    watch.close();
  });

  it('tells nothing once it is closed, and leaves neither a timer nor a listener', async () => {
    const { state, record, watch } = await start();
    watch.close();
    state.look = lookOf(undefined);
    sessionChannel.announce(record.id, 'ended');
    await jest.advanceTimersByTimeAsync(20 * MINUTE);
    expect([watch.ended.aborted, state.looks, jest.getTimerCount()]).toEqual([false, 1, 0]);
    expect(await watch.check()).toBe(true);
  });

  it('is not closed while it is read without that being noticed', async () => {
    const { state, watch } = await start();
    state.during = () => watch.close();
    state.look = lookOf(undefined);
    await watch.check();
    expect(watch.ended.aborted).toBe(false);
  });
});

describe('A visitor without a session', () => {
  it('is not watched as a guest, and is as a program whose key may be withdrawn', async () => {
    jest.useFakeTimers();
    try {
      const guest = await start(MINUTE, lookOf(undefined));
      expect(jest.getTimerCount()).toBe(0);
      guest.watch.close();
      const program = await start(MINUTE, lookOf(undefined, 'program'));
      program.state.look = lookOf(undefined);
      await jest.advanceTimersByTimeAsync(MINUTE);
      expect(program.end()).toBe('another-user');
    } finally {
      jest.useRealTimers();
    }
  });
});
