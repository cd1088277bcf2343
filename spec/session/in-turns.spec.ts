import { describe, expect, it } from '@jest/globals';
import { inTurns } from '../../lib/session/in-turns.js';

describe('Asking the same of many things', () => {
  it('answers in their order, asks a few at once, and lets others have their turn', async () => {
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

  it('stops with the first failure, and does nothing for nothing', async () => {
    expect(await inTurns([], async () => 1)).toEqual([]);
    const failing = inTurns([1, 2], async (number) => Promise.reject(new Error(`no ${number}`)));
    await expect(failing).rejects.toThrow('no 1');
  });
});
