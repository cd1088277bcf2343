import { describe, expect, it } from '@jest/globals';
import { clientFor } from '../../../../lib/session/stores/redis/redis-clients.js';
import type { RedisPlace } from '../../../../lib/session/stores/redis/redis-options.js';

type Strategy = false | ((retries: number) => number);

/** Returns the strategies of reconnecting in the options with which the package creates a client. */
function strategies(place: RedisPlace, reconnects: boolean): Strategy[] {
  const found: Strategy[] = [];
  const find = (options: unknown): void => {
    if (typeof options !== 'object' || options === null) return;
    for (const [name, value] of Object.entries(options)) {
      if (name === 'reconnectStrategy') found.push(value);
      else find(value);
    }
  };
  const redis = { createClient: find, createCluster: find, createSentinel: find };
  clientFor(redis as unknown as typeof import('redis'), place, { timeout: 2_000, reconnects });
  return found;
}

describe('A client that has lost its server', () => {
  it.each<RedisPlace>([
    {},
    { url: 'redis://127.0.0.1:1' },
    { cluster: ['redis://127.0.0.1:1'] },
    { sentinel: { name: 'main', nodes: ['127.0.0.1:1'] } },
  ])('tries again soon, and never waits longer than half a second: %j', (place) => {
    const found = strategies(place, true);
    expect(found.length).toBeGreaterThan(0);
    for (const pauseBefore of found) {
      const pauses = Array.from({ length: 100 }, (_, retries) => (pauseBefore === false ? -1 : pauseBefore(retries)));
      expect(pauses[0]).toBeLessThan(150);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(50);
      expect(Math.min(...pauses.slice(10))).toBeGreaterThanOrEqual(400);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(500);
    }
  });

  it('does not try again when it is created for one attempt', () => {
    expect(strategies({ url: 'redis://127.0.0.1:1' }, false)).toEqual([false]);
    expect(strategies({ cluster: ['redis://127.0.0.1:1'] }, false)).toContain(false);
  });
});
