import { describe, expect, it } from '@jest/globals';
import { keyOf, UsedTokens } from '../../../lib/access/sign-in/used-tokens.js';
import { StoreUnavailableError } from '../../../lib/errors/index.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import {
  MemoryRevocationList,
  NoRevocationList,
  type RevocationList,
} from '../../../lib/session/stores/revocation-list.js';
import { FrozenClock } from '../../support/frozen-clock.js';

const config = SessionConfig.from({ storeTimeout: 0.05 }, { isProduction: true });
const clock = new FrozenClock();
const LATER = clock.now() + 600_000;

function process(list: RevocationList = new NoRevocationList()): UsedTokens {
  return new UsedTokens(list, config, clock);
}

describe('Used tokens', () => {
  it('are used once each', async () => {
    const used = process();
    expect(await used.use('link:one', LATER)).toBe(true);
    expect(await used.use('link:one', LATER)).toBe(false);
    expect(await used.use('link:other', LATER)).toBe(true);
  });

  it('are used by one of several concurrent requests', async () => {
    const used = process(new MemoryRevocationList(clock));
    const results = await Promise.all(Array.from({ length: 10 }, () => used.use('link:one', LATER)));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  it('are known to every process that shares a revocation list', async () => {
    const list = new MemoryRevocationList(clock);
    expect(await process(list).use('link:one', LATER)).toBe(true);
    expect(await process(list).use('link:one', LATER)).toBe(false);
    expect(await process().use('link:one', LATER)).toBe(true);
  });

  it('stay unused when the list cannot be reached, or does not answer in time', async () => {
    class Failing extends MemoryRevocationList {
      failure: 'throw' | 'hang' | undefined;
      override async hasEnded(token: string): Promise<boolean> {
        if (this.failure === 'hang') return new Promise(() => {});
        if (this.failure) throw new Error('no connection');
        return super.hasEnded(token);
      }
    }
    const list = new Failing(clock);
    const used = process(list);
    for (const failure of ['throw', 'hang'] as const) {
      list.failure = failure;
      await expect(used.use('link:one', LATER)).rejects.toThrow(StoreUnavailableError);
    }
    list.failure = undefined;
    expect(await used.use('link:one', LATER)).toBe(true);
  });

  it('are forgotten when they have expired, and the oldest when there are too many', async () => {
    const used = process();
    await used.use('link:short', clock.now() - 1);
    await used.use('link:one', LATER);
    expect(await used.use('link:short', LATER)).toBe(true);
    for (let count = 0; count < 50_000; count++) void used.use(`link:${count}`, LATER);
    expect(await used.use('link:49999', LATER)).toBe(false);
    expect(await used.use('link:one', LATER)).toBe(true);
  });

  it('of one kind never have those of the other forgotten', async () => {
    const used = process();
    await used.use('link:one', LATER);
    for (let count = 0; count <= 50_000; count++) void used.use(`sign-in:${count}`, LATER);
    expect(await used.use('link:one', LATER)).toBe(false);
  });

  it('can be asked for without being used', async () => {
    const list = new MemoryRevocationList(clock);
    const used = process(list);
    expect(await used.isUsed('link:one')).toBe(false);
    await used.use('link:one', LATER);
    expect([await used.isUsed('link:one'), await process(list).isUsed('link:one')]).toEqual([true, true]);
  });

  it('are remembered as hashes, which differ for sign-ins and links', () => {
    expect(keyOf('link', 'secret')).toMatch(/^link:[\w-]{43}$/);
    expect(keyOf('link', 'secret')).not.toBe(keyOf('sign-in', 'secret'));
  });
});
