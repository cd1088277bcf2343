import { describe, expect, it } from '@jest/globals';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { continueSessions, MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { describeSessionStore } from '../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { describeRandomRequests } from '../../support/model/random-requests.js';
import { changesOf } from '../../support/records.js';

const HOUR = 60 * 60;

describeSessionStore('Sessions in memory', ({ config, clock }) => new MemorySessionStore(config, clock), {
  listsSessions: true,
});
describeRandomRequests('Sessions in memory', ({ config, clock }) => new MemorySessionStore(config, clock));

describe('A memory session store', () => {
  const config = SessionConfig.from({ idleTimeout: HOUR }, { isProduction: false });

  function start() {
    const clock = new FrozenClock();
    const store = new MemorySessionStore(config, clock);
    const begin = async () => {
      const times = { createdAt: clock.now(), renewedAt: clock.now(), expiresAt: clock.now() + HOUR * 1000 };
      const id = await store.write(changesOf({ ...times, set: { cart: 1 } }));
      return store.read(id ?? '');
    };
    return { clock, store, begin };
  }

  it('counts its sessions', async () => {
    const { store, begin } = start();
    expect(store.size).toBe(0);
    const first = await begin();
    await begin();
    expect(store.size).toBe(2);
    await store.destroy(first?.id ?? '');
    expect(store.size).toBe(1);
  });

  it('shares its sessions with a successor that has the same settings', async () => {
    const { clock, store, begin } = start();
    const kept = new Map<string, unknown>();
    continueSessions(store, kept);
    const session = await begin();
    const next = new MemorySessionStore(config, clock);
    continueSessions(next, kept);
    expect((await next.read(session?.id ?? ''))?.values.get('cart')).toBe(1);
    const late = await begin();
    await next.destroy(session?.id ?? '');
    expect(await store.read(session?.id ?? '')).toBeUndefined();
    expect(await next.read(late?.id ?? '')).toBeDefined();
    expect([store.size, next.size]).toEqual([1, 1]);
  });

  it('starts empty after a store with other settings', async () => {
    const { clock, store, begin } = start();
    const kept = new Map<string, unknown>();
    continueSessions(store, kept);
    const session = await begin();
    const limited = new MemorySessionStore(config, clock).limitTo(10);
    continueSessions(limited, kept);
    expect(limited.size).toBe(0);
    const again = new MemorySessionStore(config, clock);
    continueSessions(again, kept);
    expect(await again.read(session?.id ?? '')).toBeUndefined();
  });

  it('ends a session for good although its id changed during the request that ends it', async () => {
    const { store, begin } = start();
    const opened = await begin();
    if (!opened) throw new Error('nothing was opened');
    const moved = await store.write(changesOf({ ...opened, opened, id: SessionId.generate() }));
    const again = await store.read(moved ?? '');
    const movedAgain = await store.write(changesOf({ ...opened, opened: again, id: SessionId.generate() }));
    await store.destroy(opened.id);
    expect(await store.read(movedAgain ?? '')).toBeUndefined();
    expect(store.size).toBe(0);
  });

  it('moves a session when its id changes, and keeps only a reference under the old id for a while', async () => {
    const { clock, store, begin } = start();
    const opened = await begin();
    const id = SessionId.generate();
    expect(await store.write(changesOf({ opened, id }))).toBe(id);
    expect((await store.read(id))?.values.get('cart')).toBe(1);
    expect(store.size).toBe(2);
    clock.advance(60 + HOUR / 16);
    expect(await store.read(opened?.id ?? '')).toBeUndefined();
    expect(store.size).toBe(1);
  });

  it('keeps no old copy of a session that is renewed', async () => {
    const { clock, store, begin } = start();
    const opened = await begin();
    clock.advance(HOUR / 2);
    await store.write(changesOf({ opened, expiresAt: clock.now() + HOUR * 1000 }));
    expect(store.size).toBe(1);
    clock.advance(HOUR - 1);
    expect(await store.read(opened?.id ?? '')).toBeDefined();
  });

  it('drops expired sessions and keeps the others', async () => {
    const { clock, store, begin } = start();
    await begin();
    clock.advance(HOUR / 2);
    const later = await begin();
    expect(store.size).toBe(2);
    clock.advance(HOUR / 2 + HOUR / 16);
    expect(await store.read(later?.id ?? '')).toBeDefined();
    expect(store.size).toBe(1);
  });

  it('drops expired sessions even when no stored session is read', async () => {
    const { clock, store } = start();
    const beginWithoutReading = () =>
      store.write(changesOf({ expiresAt: clock.now() + HOUR * 1000, set: { cart: 1 } }));
    await beginWithoutReading();
    await beginWithoutReading();
    clock.advance(2 * HOUR);
    await beginWithoutReading();
    expect(store.size).toBe(1);
  });

  it('groups long-lived sessions in few windows, because every lookup searches all of them', async () => {
    const { clock, store } = start();
    const { idleTimeout } = config.rememberMe;
    const begin = () => {
      const times = { createdAt: clock.now(), renewedAt: clock.now(), expiresAt: clock.now() + idleTimeout };
      return store.write(changesOf({ ...times, set: { cart: 1 }, isRemembered: true }));
    };
    const sizes = new Set<number>();
    for (let visitor = 0; visitor < 30 * 24; visitor++, clock.advance(HOUR)) await begin();
    const all = store.size;
    for (let hour = 0; hour <= 32 * 24; hour++, clock.advance(HOUR)) {
      await store.read(SessionId.generate());
      sizes.add(store.size);
    }
    expect([all, store.size]).toEqual([30 * 24, 0]);
    // Sessions of one window expire together, so the size falls in few steps.
    expect(sizes.size).toBeLessThan(100);
  });

  it('keeps a session unchanged when a change of it cannot be stored', async () => {
    const { store, begin } = start();
    const opened = await begin();
    const cart = { add: () => 1 };
    await expect(store.write(changesOf({ opened, set: { cart } }))).rejects.toThrow();
    expect((await store.read(opened?.id ?? ''))?.values.get('cart')).toBe(1);
    expect(store.size).toBe(1);
  });

  it('stores no more sessions than its limit, and drops those that were idle for longest first', async () => {
    const clock = new FrozenClock();
    const store = new MemorySessionStore(config, clock).limitTo(3);
    const tokens: string[] = [];
    for (let count = 0; count < 5; count++) {
      const times = { createdAt: clock.now(), renewedAt: clock.now(), expiresAt: clock.now() + HOUR * 1000 };
      tokens.push((await store.write(changesOf({ ...times, set: { count } }))) ?? '');
      clock.advance(60);
    }
    expect(store.size).toBe(3);
    const found = await Promise.all(tokens.map((token) => store.read(token)));
    expect(found.map((record) => record?.values.get('count'))).toEqual([undefined, undefined, 2, 3, 4]);
  });

  it('drops the oldest at its limit one by one, but not those renewed in the meantime', async () => {
    const { clock, store, begin } = start();
    store.limitTo(2);
    const first = await begin();
    const second = await begin();
    await store.write(changesOf({ opened: first, expiresAt: clock.now() + HOUR * 1000 }));
    const third = await begin();
    const kept = async (record: typeof first) => (await store.read(record?.id ?? '')) !== undefined;
    expect([await kept(first), await kept(second), await kept(third)]).toEqual([true, false, true]);
    const fourth = await begin();
    expect([await kept(first), await kept(third), await kept(fourth)]).toEqual([false, true, true]);
  });

  it('works with a limit of one session', async () => {
    const { store, begin } = start();
    store.limitTo(1);
    for (let count = 0; count < 4; count++) {
      const opened = await begin();
      expect(opened?.values.get('cart')).toBe(1);
      expect(store.size).toBe(1);
    }
  });
});
