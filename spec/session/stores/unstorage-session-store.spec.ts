import { describe, expect, it } from '@jest/globals';
import { createStorage } from 'unstorage';
import memoryDriver from 'unstorage/drivers/memory';
import { UnstorageSessionStore } from '../../../lib/session/stores/unstorage-session-store.js';
import type { MakeStore } from '../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';
import { describeRoundTrips } from '../../support/round-trips.js';

describeSessionStore('Sessions in unstorage', ({ clock }) => new UnstorageSessionStore(createStorage(), {}, clock), {
  losesNothing: false,
});

let asked = 0;
const counted: MakeStore<UnstorageSessionStore> = ({ clock }) => {
  const driver = memoryDriver();
  const count = <Call extends (...given: never[]) => unknown>(call: Call): Call =>
    ((...given) => {
      asked += 1;
      return call(...given);
    }) as Call;
  const { getItem, setItem, removeItem } = driver;
  const storage = createStorage({
    driver: {
      ...driver,
      getItem: count(getItem),
      ...(setItem && { setItem: count(setItem) }),
      ...(removeItem && { removeItem: count(removeItem) }),
    },
  });
  return new UnstorageSessionStore(storage, {}, clock);
};
// It cannot write on condition: it reads before it writes, and removes the former id separately.
describeRoundTrips('unstorage', counted, () => asked, { change: 2, signInOfGuestWithSession: 3, take: 2 });

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
