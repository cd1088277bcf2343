import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { inTime, inTurns } from '../../lib/base/waiting.js';

describe('inTime()', () => {
  it('settles as the promise does', async () => {
    expect(await inTime(Promise.resolve('yes'), 1_000, 'The spec')).toBe('yes');
    await expect(inTime(Promise.reject(new Error('no')), 1_000, 'The spec')).rejects.toThrow('no');
  });

  it('rejects with an error that contains the given name when the promise takes too long', async () => {
    const never = new Promise(() => {});
    await expect(inTime(never, 10, 'The spec')).rejects.toThrow('The spec did not answer within 10 ms.');
  });

  it('returns an answer that arrived in time although the process was too busy to read it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const client = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
    const peer = await accepted;
    const answer = new Promise((resolve) => client.once('data', resolve));
    const block = (milliseconds: number) => {
      for (const end = performance.now() + milliseconds; performance.now() < end; );
    };
    try {
      const waiting = inTime(answer, 50, 'The spec');
      // Timers of others that are due as well take their time.
      setTimeout(() => block(12), 50);
      for (let turn = 0; turn < 30; turn++) await undefined;
      setTimeout(() => block(12), 50);
      peer.write('yes');
      block(100);
      expect(String(await waiting)).toBe('yes');
    } finally {
      client.destroy();
      peer.destroy();
      server.close();
    }
  });

  it.each([Number.POSITIVE_INFINITY, 30 * 24 * 3600 * 1000])(
    'accepts a limit longer than the longest timer: %d ms',
    async (long) => {
      const slow = new Promise((wake) => setTimeout(() => wake('yes'), 20));
      expect(await inTime(slow, long, 'The spec')).toBe('yes');
    },
  );

  it('causes no unhandled rejection when the promise fails after the limit', async () => {
    let fail: (error: Error) => void = () => {};
    const late = new Promise((_, reject) => {
      fail = reject;
    });
    await expect(inTime(late, 5, 'The spec')).rejects.toThrow('within 5 ms');
    fail(new Error('late'));
    // Node reports an unhandled rejection before it runs the next macrotask.
    await new Promise((wake) => setTimeout(wake));
  });
});

describe('inTurns()', () => {
  it('returns answers in order, limits concurrency, and lets timers run in between', async () => {
    const numbers = Array.from({ length: 1_600 }, (_, number) => number);
    let [asked, most, turns] = [0, 0, 0];
    const other = setInterval(() => {
      turns += 1;
    }, 0);
    const answers = await inTurns(numbers, async (number) => {
      asked += 1;
      most = Math.max(most, asked);
      await Promise.resolve();
      asked -= 1;
      return -number;
    });
    clearInterval(other);
    expect(answers).toEqual(numbers.map((number) => -number));
    expect(most).toBeLessThanOrEqual(500);
    expect(turns).toBeGreaterThan(0);
  });

  it('rejects with the first failure, and returns an empty list for an empty list', async () => {
    expect(await inTurns([], async () => 1)).toEqual([]);
    const failing = inTurns([1, 2], async (number) => Promise.reject(new Error(`no ${number}`)));
    await expect(failing).rejects.toThrow('no 1');
  });
});
