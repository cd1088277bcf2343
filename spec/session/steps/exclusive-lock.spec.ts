import { describe, expect, it } from '@jest/globals';
import {
  ExclusiveTimeoutError,
  SessionTooLargeError,
  SessionValueTypeError,
  StoreUnavailableError,
} from '../../../lib/errors/index.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { Outages } from '../../../lib/session/manager/outages.js';
import { SessionReport } from '../../../lib/session/manager/session-report.js';
import { noChanges } from '../../../lib/session/record/session-changes.js';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { ExclusiveLock } from '../../../lib/session/steps/exclusive-lock.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { changesOf } from '../../support/records.js';
import { SECRET } from '../../support/secret.js';

const NOTHING = { set: new Map(), unset: new Set<string>(), updates: new Map() };

async function start(maxSize = 10_000) {
  const clock = new FrozenClock();
  const config = SessionConfig.from({ maxSize }, { isProduction: false });
  const store = new MemorySessionStore(config, clock);
  const outages = new Outages(new SessionReport(new SecurityEvents(clock)), 1000);
  const step = (key: string, limit = 1000) => new ExclusiveLock({ store, outages, config, clock }, key, limit);
  const lock = (limit = 1000) => step('step', limit);
  const now = clock.now();
  const times = { createdAt: now, renewedAt: now, expiresAt: now + 60_000 };
  const token = await store.write(changesOf({ ...times, set: { cart: 1 } }));
  const read = async () => (await store.read(token ?? '')) as SessionRecord;
  return { clock, store, step, lock, read };
}

describe('The lock of a step', () => {
  it('is held by one run, and gives the outcome to those that opened the session before', async () => {
    const { lock, read } = await start();
    const opened = await read();
    const first = lock();
    const held = (await first.claim(opened))?.record ?? opened;
    const waiting = lock().claim(opened);
    const changes = { ...NOTHING, set: new Map([['token', 'new']]) };
    expect((await first.leave(held, { done: true }, changes))?.values.get('token')).toBe('new');
    expect(await waiting).toMatchObject({ outcome: [{ done: true }], record: await read() });
    expect((await lock().claim(await read()))?.outcome).toBeUndefined();
  });

  it('is free again once it was given up', async () => {
    const { lock, read } = await start();
    const first = lock();
    await first.claim(await read());
    await first.giveUp(await read());
    expect((await read()).locks).toBeUndefined();
    expect(await lock().claim(await read())).toBeDefined();
  });

  it('does not exist in a store that has no conditional writes', async () => {
    const clock = new FrozenClock();
    const config = SessionConfig.from({}, { isProduction: false });
    const store = new CookieSessionStore(new Secrets([SECRET]), config);
    const outages = new Outages(new SessionReport(new SecurityEvents(clock)), 1000);
    const { read } = await start();
    expect(await new ExclusiveLock({ store, outages, config, clock }, 'step', 10).claim(await read())).toBeUndefined();
  });

  it('is lost with the time of its run, if another one has taken over', async () => {
    const { lock, read, clock } = await start();
    const first = lock(20);
    const held = await first.claim(await read());
    clock.advance(1);
    await lock().claim(await read());
    await new Promise((wake) => setTimeout(wake, 25));
    await expect(first.leave(held?.record ?? (await read()), 1, NOTHING)).rejects.toThrow(ExclusiveTimeoutError);
  });

  it('says nothing to a run whose session became that of another user', async () => {
    const { lock, read, store } = await start();
    const first = lock();
    const held = await first.claim(await read());
    const current = await read();
    await store.alter(current, (opened) => ({ ...noChanges(opened), set: new Map([['userId', 'ada']]) }));
    const changes = { ...NOTHING, set: new Map([['token', 'new']]) };
    expect(await first.leave(held?.record ?? current, 1, changes)).toBeUndefined();
    expect((await read()).values.has('token')).toBe(false);
  });

  it('leaves a large value out, and is given up when the changes do not fit or cannot be made', async () => {
    const { lock, read } = await start(600);
    const first = lock();
    const held = (await first.claim(await read()))?.record as SessionRecord;
    expect((await first.leave(held, 'x'.repeat(700), NOTHING))?.locks?.get('step')?.outcome).toEqual({});
    const second = lock();
    const again = (await second.claim(await read()))?.record as SessionRecord;
    const tooMuch = { ...NOTHING, set: new Map([['token', 'x'.repeat(700)]]) };
    await expect(second.leave(again, 1, tooMuch)).rejects.toThrow(SessionTooLargeError);
    expect((await read()).locks).toBeUndefined();
    const third = lock();
    const stale = (await third.claim(await read()))?.record as SessionRecord;
    const refuse = () => {
      throw new SessionValueTypeError('cart', 'push', 'a list');
    };
    const failing = { ...NOTHING, set: new Map([['cart', []]]), updates: new Map([['cart', refuse]]) };
    await expect(third.leave({ ...stale, version: 'older' }, 1, failing)).rejects.toThrow(SessionValueTypeError);
    expect((await read()).locks).toBeUndefined();
  });

  it('is neither claimed nor left by a store that fails', async () => {
    const { lock, read, store } = await start();
    const opened = await read();
    const [claimed, late] = [lock(), lock()];
    const held = (await claimed.claim(opened))?.record as SessionRecord;
    store.alter = () => Promise.reject(new Error('down'));
    await expect(late.claim(opened)).rejects.toThrow(StoreUnavailableError);
    await expect(claimed.leave(held, 1, NOTHING)).rejects.toThrow(StoreUnavailableError);
    await claimed.giveUp(held);
    Reflect.deleteProperty(store, 'alter');
    expect((await read()).locks?.size).toBe(1);
  });

  it('stays in the session for its time, and not until the session is renewed', async () => {
    const { step, read, clock } = await start(600);
    for (let at = 0; at < 5; at++) {
      const run = step(`order ${at}`);
      await run.leave((await run.claim(await read()))?.record as SessionRecord, 'x'.repeat(200), NOTHING);
      clock.advance(11);
    }
    const claimed = await step('last').claim(await read());
    expect([...(claimed?.record.locks?.keys() ?? [])]).toEqual(['last']);
  });
});
