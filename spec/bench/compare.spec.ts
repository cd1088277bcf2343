import { describe, expect, it } from '@jest/globals';
import { compare, type Samples } from '../../bench/compare.js';
import { PEER, PLAIN } from '../../bench/figures.js';

const samples = (name: string, visitor: string, cpu: readonly number[], more: Partial<Samples> = {}): Samples => ({
  name,
  visitor,
  isShared: false,
  served: cpu,
  direct: cpu,
  load: [],
  ...more,
});

describe('The comparison of what the bench measured', () => {
  it('takes each round against plain Astro’s of the same round', () => {
    // The machine was three times as slow in the second round, and a ratio of medians would be 1.5.
    const [, own] = compare([
      samples(PLAIN, 'anonymous', [100, 300, 100]),
      samples('gatehouse, cookie', 'anonymous', [110, 330, 150]),
    ]);
    expect(own?.served.ratio.median).toBeCloseTo(1.1);
    expect(own?.served.over).toMatchObject({ median: 30, spread: 20, low: 10, high: 50 });
  });

  it('takes a refusal against the page that a guest would get', () => {
    const [, own] = compare([
      samples(PLAIN, 'anonymous', [100, 100, 100]),
      samples('gatehouse, cookie', 'refused', [70, 70, 80]),
    ]);
    expect(own?.direct.ratio.median).toBeCloseTo(0.7);
  });

  it('takes the package alone against the peer', () => {
    const [plain, own, peer] = compare([
      samples(PLAIN, 'anonymous', [100]),
      samples('gatehouse, memory', 'anonymous', [120]),
      samples(PEER, 'anonymous', [150]),
    ]);
    expect([plain?.toPeer, own?.toPeer, peer?.toPeer]).toEqual([undefined, 0.8, undefined]);
  });

  it('takes what does not use the session against a guest of the same application', () => {
    const all = compare([
      samples(PLAIN, 'image, guest', [100]),
      samples(PLAIN, 'image, signed in', [110]),
      samples('gatehouse, cookie', 'image, guest', [200]),
      samples('gatehouse, cookie', 'image, signed in', [300], { isShared: true }),
    ]);
    expect(all.map(({ toGuest }) => toGuest?.median)).toEqual([undefined, 1.1, undefined, 1.5]);
    expect(all.map(({ isShared }) => isShared)).toEqual([undefined, false, undefined, true]);
  });

  it('counts requests per second where they were sent', () => {
    const load = (...rates: number[]) => rates.map((perSecond) => ({ perSecond, latencies: [1, 2, 3] }));
    const [, own] = compare([
      samples(PLAIN, 'signed in', [100], { load: load(1000, 500) }),
      samples('gatehouse, cookie', 'signed in', [100], { load: load(900, 450) }),
    ]);
    expect(own).toMatchObject({ perSecond: 900, perSecondRatio: 0.9, p99: 3 });
  });

  it('says what is missing when plain Astro was not asked', () => {
    expect(() => compare([samples('gatehouse, cookie', 'writing', [1])])).toThrow('plain Astro, writing');
  });
});
