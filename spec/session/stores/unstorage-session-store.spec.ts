import { describe, expect, it } from '@jest/globals';
import { createStorage } from 'unstorage';
import { UnstorageSessionStore } from '../../../lib/session/stores/unstorage-session-store.js';
import { describeSessionStore } from '../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';

describeSessionStore('Sessions in unstorage', ({ clock }) => new UnstorageSessionStore(createStorage(), {}, clock), {
  losesNothing: false,
});

describe('An unstorage session store', () => {
  it('stores nothing that could be used as a cookie', async () => {
    const storage = createStorage();
    const store = new UnstorageSessionStore(storage, { keyPrefix: 'sessions:' }, new FrozenClock());
    const token = (await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
    const keys = await storage.getKeys();
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^sessions:/);
    expect(JSON.stringify([keys, await Promise.all(keys.map((key) => storage.getItem(key)))])).not.toContain(token);
  });

  it('passes the remaining lifetime of a session to the driver as its ttl', async () => {
    const asked: unknown[] = [];
    const storage = {
      getItem: async () => null,
      setItem: async (_key: string, _text: string, options?: { ttl: number }) => void asked.push(options),
      removeItem: async () => {},
    };
    const clock = new FrozenClock();
    await new UnstorageSessionStore(storage, {}, clock).write(changesOf({ expiresAt: clock.now() + 90_500 }));
    expect(asked).toEqual([{ ttl: 91 }]);
  });
});
