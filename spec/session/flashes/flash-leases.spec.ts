import { describe, expect, it, jest } from '@jest/globals';
import { FlashBag, flashDraftOf } from '../../../lib/session/flash-bag.js';
import { FlashLedger } from '../../../lib/session/flashes/flash-claims.js';
import { FlashLeases } from '../../../lib/session/flashes/flash-leases.js';
import { draftOf, Session } from '../../../lib/session/session.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';
import { WatchedSessionStore } from '../../support/watched-session-store.js';

describe('The lease of a session’s flash messages', () => {
  async function start(flashesAdded: Record<string, unknown> = { notice: 'Saved' }) {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    const store = new WatchedSessionStore(new MemorySessionStore(config, clock));
    const now = clock.now();
    const times = { createdAt: now, renewedAt: now, expiresAt: now + 3_600_000 };
    const token = (await store.write(changesOf({ ...times, set: { cart: 1 }, flashesAdded }))) ?? '';
    const ledger = new FlashLedger(clock);
    const open = async () => {
      const record = await store.read(token);
      return new Session(record, new FlashBag(record?.flashes, ledger.open()));
    };
    const leaseInStore = async () => (await store.read(token))?.flashes.get('notice')?.lease?.by;
    return { clock, store, token, open, leaseInStore, leases: new FlashLeases(store, config) };
  }

  it('is taken for a session with messages, and returned without changing anything else', async () => {
    const { clock, store, token, open, leaseInStore, leases } = await start();
    const session = await open();
    const before = await store.read(token);
    clock.advance(5);
    await leases.take(draftOf(session));
    expect(await leaseInStore()).toBe(flashDraftOf(session.flashes).claims?.by);
    expect(session.isDirty).toBe(false);
    await leases.giveBack(draftOf(session));
    expect(await leaseInStore()).toBeUndefined();
    expect(await store.read(token)).toEqual({ ...before, version: expect.anything() });
  });

  it('leaves the messages for another page when the store fails to grant it', async () => {
    const { store, token, open, leases } = await start();
    const [failed, gone] = [await open(), await open()];
    const read = jest.spyOn(store, 'read').mockRejectedValueOnce(new Error('away'));
    await leases.take(draftOf(failed));
    expect(failed.flashes.get('notice')).toBeUndefined();
    read.mockRestore();
    await store.destroy(token);
    await leases.take(draftOf(gone));
    expect(gone.flashes.get('notice')).toBeUndefined();
  });

  it('is not requested when there are no messages', async () => {
    const { store, open, leases } = await start({});
    const session = await open();
    const before = store.calls.length;
    await leases.take(draftOf(session));
    await leases.giveBack(draftOf(session));
    expect(store.calls.length).toBe(before);
  });

  it('is returned by the last of two requests', async () => {
    const { open, leaseInStore, leases } = await start();
    const [first, second] = [await open(), await open()];
    await leases.take(draftOf(first));
    await leases.take(draftOf(second));
    await leases.giveBack(draftOf(first));
    expect(await leaseInStore()).toBe(flashDraftOf(second.flashes).claims?.by);
    await leases.giveBack(draftOf(second));
    expect(await leaseInStore()).toBeUndefined();
  });
});
