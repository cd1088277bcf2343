import { describe, expect, it } from '@jest/globals';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import type { SessionChanges } from '../../../lib/session/record/session-changes.js';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { CookieSessionStore } from '../../../lib/session/stores/cookie-session-store.js';
import { MemorySessionStore } from '../../../lib/session/stores/memory-session-store.js';
import { MigratingSessionStore, type Migration } from '../../../lib/session/stores/migrating-session-store.js';
import type { MakeStore } from '../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { describeRandomRequests } from '../../support/model/random-requests.js';
import { changesOf } from '../../support/records.js';

const onTheMove: MakeStore<MigratingSessionStore> = ({ config, clock }) =>
  new MigratingSessionStore({
    from: new MemorySessionStore(config, clock),
    to: new MemorySessionStore(config, clock),
  });

/** A migrating store whose sessions all begin in the old store, as those did that it finds there. */
class OldSessions extends MigratingSessionStore {
  constructor(readonly stores: Migration) {
    super(stores);
  }

  override async write(changes: SessionChanges): Promise<string | undefined> {
    return changes.opened ? super.write(changes) : this.stores.from.write(changes);
  }
}

const fromTheOld: MakeStore<OldSessions> = ({ config, clock }) =>
  new OldSessions({
    from: new MemorySessionStore(config, clock),
    to: new MemorySessionStore(config, clock),
  });

describeSessionStore('Sessions in a migrating store', onTheMove, { listsSessions: true });
describeRandomRequests('Sessions in a migrating store', onTheMove);
describeSessionStore('Sessions that move to another store', fromTheOld, { listsSessions: true });

describe('A migrating session store', () => {
  const config = SessionConfig.from({}, { isProduction: false });
  const start = () => {
    const clock = new FrozenClock();
    const [from, to] = [new MemorySessionStore(config, clock), new MemorySessionStore(config, clock)];
    return { from, to, store: new MigratingSessionStore({ from, to }) };
  };

  it('finds the sessions of the old store and keeps updating them there', async () => {
    const { from, to, store } = start();
    const token = (await from.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const opened = await store.read(token);
    expect(await store.write(changesOf({ ...opened, opened, set: { theme: 'dark' } }))).toBe(token);
    expect(Object.fromEntries((await store.read(token))?.values ?? [])).toEqual({ cart: 1, theme: 'dark' });
    expect([from.size, to.size]).toEqual([1, 0]);
  });

  it('finds them there also when the request continues with a copy of the record, as with a schema', async () => {
    const { from, store } = start();
    const token = (await from.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const record = await store.read(token);
    const opened = record && { ...record, fitted: { shown: record.values } };
    expect(await store.write(changesOf({ ...record, opened, set: { theme: 'dark' } }))).toBe(token);
    expect(Object.fromEntries((await store.read(token))?.values ?? [])).toEqual({ cart: 1, theme: 'dark' });
  });

  it('moves a session with all its contents when its visitor signs in, and ends it under the old id', async () => {
    const { from, to, store } = start();
    const token = (await from.write(changesOf({ set: { cart: 1 }, flashesAdded: { notice: 'Saved' } }))) ?? '';
    const opened = await store.read(token);
    const id = SessionId.generate();
    const signIn = { id, hasSignedIn: true, set: { userId: 'ada' } };
    expect(await store.write(changesOf({ ...opened, opened, ...signIn }))).toBe(id);
    const record = await to.read(id);
    expect(Object.fromEntries(record?.values ?? [])).toEqual({ cart: 1, userId: 'ada' });
    expect(record?.flashes.get('notice')?.value).toBe('Saved');
    expect(await store.read(token)).toBeUndefined();
    expect(await from.read(id)).toBeUndefined();
  });

  it('creates new sessions in the new store', async () => {
    const { from, to, store } = start();
    await store.write(changesOf({ set: { cart: 1 } }));
    expect([from.size, to.size]).toEqual([0, 1]);
  });

  it('does not bring back a session that has ended in either store', async () => {
    const { from, store } = start();
    const token = (await from.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const opened = await store.read(token);
    await store.destroy(token);
    expect(await store.write(changesOf({ ...opened, opened, set: { cart: 2 } }))).toBeUndefined();
    expect(await store.write(changesOf({ ...opened, opened, id: SessionId.generate() }))).toBeUndefined();
    const begun = await store.read((await store.write(changesOf({ set: { cart: 1 } }))) ?? '');
    await store.destroy(begun?.id ?? '');
    expect(await store.write(changesOf({ ...begun, opened: begun, set: { cart: 2 } }))).toBeUndefined();
  });

  it('ends a session in one store although the other is unavailable, and rejects with that error', async () => {
    const clock = new FrozenClock();
    class Unavailable extends MemorySessionStore {
      override async destroy(): Promise<never> {
        throw new Error('unavailable');
      }
      override async revoke(): Promise<never> {
        throw new Error('unavailable');
      }
    }
    const [from, to] = [new MemorySessionStore(config, clock), new Unavailable(config, clock)];
    const store = new MigratingSessionStore({ from, to });
    for (const end of ['destroy', 'revoke'] as const) {
      const token = (await from.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
      await expect(store[end](end === 'destroy' ? token : SessionId.fingerprint(token))).rejects.toThrow('unavailable');
      expect(await from.read(token)).toBeUndefined();
    }
  });

  it('does not bring back a session that is ended while it moves', async () => {
    const clock = new FrozenClock();
    class EndedWhileTaken extends MemorySessionStore {
      override async take(id: string) {
        await store.revoke(SessionId.fingerprint(id));
        return super.take(id);
      }
    }
    const from = new EndedWhileTaken(config, clock);
    const store = new MigratingSessionStore({ from, to: new MemorySessionStore(config, clock) });
    const token = (await from.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
    const opened = await store.read(token);
    const signIn = { id: SessionId.generate(), hasSignedIn: true };
    expect(await store.write(changesOf({ ...opened, opened, ...signIn }))).toBeUndefined();
    expect(await store.list('ada')).toEqual([]);
  });

  it.each<[string, (store: MigratingSessionStore, former: string) => Promise<unknown>]>([
    ['by a sign-out', (store, former) => store.destroy(former)],
    ['by a late sign-out', (store, former) => store.take(former)],
    ['with all of its user', async (store) => store.revoke((await store.list('ada'))[0]?.key ?? '')],
  ])('does not bring back a session that is ended between the steps of its move: %s', async (_, end) => {
    for (const step of [1, 2]) {
      const clock = new FrozenClock();
      let left = step;
      class Ended extends MemorySessionStore {
        override async write(changes: SessionChanges) {
          left -= 1;
          if (left === 0) await end(store, token);
          return super.write(changes);
        }
      }
      const from = new MemorySessionStore(config, clock);
      const store = new MigratingSessionStore({ from, to: new Ended(config, clock) });
      const token = (await from.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
      const opened = await store.read(token);
      const signIn = { id: SessionId.generate(), hasSignedIn: true };
      expect(await store.write(changesOf({ ...opened, opened, ...signIn }))).toBeUndefined();
      expect(left).toBeLessThanOrEqual(0);
      expect(await store.list('ada')).toEqual([]);
      expect(await store.read(signIn.id)).toBeUndefined();
    }
  });

  it('keeps a session where it was when the new store cannot take it', async () => {
    const clock = new FrozenClock();
    class Away extends MemorySessionStore {
      override write(): Promise<never> {
        return Promise.reject(new Error('away'));
      }
    }
    const from = new MemorySessionStore(config, clock);
    const store = new MigratingSessionStore({ from, to: new Away(config, clock) });
    const token = (await from.write(changesOf({ set: { userId: 'ada', cart: 1 } }))) ?? '';
    const opened = await store.read(token);
    const signIn = { id: SessionId.generate(), hasSignedIn: true, set: { cart: 2 } };
    expect(await store.write(changesOf({ ...opened, opened, ...signIn }))).toBe(signIn.id);
    expect(Object.fromEntries((await store.read(signIn.id))?.values ?? [])).toEqual({ userId: 'ada', cart: 2 });
    expect(await store.read(token)).toBeUndefined();
    expect(await store.list('ada')).toHaveLength(1);
  });

  it('moves the times that a sign-in set with the session', async () => {
    const { from, to, store } = start();
    const how = { isRemembered: true, presence: 'p', lifetime: { idleTimeout: 5, absoluteTimeout: 6 } };
    const token = (await from.write(changesOf({ set: { userId: 'ada' }, ...how }))) ?? '';
    const opened = await store.read(token);
    const signIn = { id: SessionId.generate(), hasSignedIn: true };
    const id = (await store.write(changesOf({ ...opened, opened, ...how, ...signIn }))) ?? '';
    expect(await to.read(id)).toMatchObject(how);
  });

  it('moves sessions out of the cookie with their first change', async () => {
    const secrets = Secrets.from('k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', { source: 'the spec', isProduction: true });
    const clock = new FrozenClock(Date.now());
    const from = new CookieSessionStore(secrets, config);
    const to = new MemorySessionStore(config, clock);
    const store = new MigratingSessionStore({ from, to });
    const times = { createdAt: clock.now(), renewedAt: clock.now(), expiresAt: clock.now() + 60_000 };
    const seal = (await from.write(changesOf({ ...times, set: { cart: 1 } }))) ?? '';
    const opened = await store.read(seal);
    const token = (await store.write(changesOf({ ...opened, opened, set: { theme: 'dark' } }))) ?? '';
    expect(SessionId.isWellFormed(token)).toBe(true);
    expect(token).not.toBe(opened?.id);
    expect(Object.fromEntries((await to.read(token))?.values ?? [])).toEqual({ cart: 1, theme: 'dark' });
  });
});
