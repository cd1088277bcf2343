import { describe, expect, it } from '@jest/globals';
import { SessionConflictError, SessionTooLargeError } from '../../../lib/errors/index.js';
import { serializeRecord } from '../../../lib/session/record/record-text.js';
import { SessionId } from '../../../lib/session/record/session-id.js';
import { describeSessionStore } from '../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../support/frozen-clock.js';
import { describeRandomRequests } from '../../support/model/random-requests.js';
import { changesOf } from '../../support/records.js';
import { TableSessionStore } from '../../support/table-session-store.js';

describeSessionStore('Sessions in a table', ({ clock }) => new TableSessionStore(clock), {
  dump: ({ rows }) => JSON.stringify([...rows]),
});
describeRandomRequests('Sessions in a table', ({ clock }) => new TableSessionStore(clock));

describe('A versioned session store', () => {
  it('stores nothing that could be used as a cookie', async () => {
    const store = new TableSessionStore(new FrozenClock());
    const id = await store.write(changesOf({ set: { userId: 'ada' } }));
    const opened = await store.read(id ?? '');
    const next = SessionId.generate();
    await store.write(changesOf({ ...opened, opened, id: next }));
    const dump = JSON.stringify([...store.rows]);
    expect(store.rows.size).toBe(2);
    for (const secret of [id ?? '', next]) expect(dump).not.toContain(secret);
    for (const key of store.rows.keys()) expect(await store.read(key)).toBeUndefined();
  });

  it('does not look up a token that does not have the form of an id', async () => {
    const keys: string[] = [];
    class WatchedStore extends TableSessionStore {
      protected override find(key: string) {
        keys.push(key);
        return super.find(key);
      }
    }
    const store = new WatchedStore(new FrozenClock());
    for (const token of ['', 'x', "' OR 1=1 --", '__proto__', `${SessionId.generate()}=`, 'x'.repeat(100_000)]) {
      expect([await store.read(token), await store.isSuperseded(token)]).toEqual([undefined, false]);
    }
    expect(keys).toEqual([]);
  });

  it('leaves no trace of a change of the id after the session has ended', async () => {
    const store = new TableSessionStore(new FrozenClock());
    const opened = await store.read((await store.write(changesOf({ set: { cart: 1 } }))) ?? '');
    await store.destroy(opened?.id ?? '');
    expect(await store.write(changesOf({ ...opened, opened, id: SessionId.generate() }))).toBeUndefined();
    expect(store.rows.size).toBe(0);
  });

  it.each([1, 2, 3])(
    'ends a session for good when its id changes while it is being ended, at step %i',
    async (step) => {
      let left = Number.POSITIVE_INFINITY;
      let comeBetween = async () => {};
      class SlowStore extends TableSessionStore {
        protected override async find(key: string) {
          const found = await super.find(key);
          left -= 1;
          if (left === 0) await comeBetween();
          return found;
        }
      }
      const store = new SlowStore(new FrozenClock());
      const opened = await store.read((await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '');
      const changed = await store.read(
        (await store.write(changesOf({ ...opened, opened, id: SessionId.generate() }))) ?? '',
      );
      const last = SessionId.generate();
      comeBetween = async () => {
        await store.write(changesOf({ ...changed, opened: changed, id: last }));
      };
      left = step;
      await store.destroy(opened?.id ?? '');
      left = Number.POSITIVE_INFINITY;
      for (const id of [opened?.id, changed?.id, last]) expect(await store.read(id ?? '')).toBeUndefined();
      expect(store.rows.size).toBe(0);
    },
  );

  it('can still end a moved session on a second call when the first one failed', async () => {
    let isAway = false;
    class FailingStore extends TableSessionStore {
      protected override async replace(key: string, text: string, expiresAt: number, version: number) {
        if (isAway) throw new Error('The store is away');
        return super.replace(key, text, expiresAt, version);
      }
    }
    const store = new FailingStore(new FrozenClock());
    const opened = await store.read((await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '');
    const moved = await store.write(changesOf({ ...opened, opened, id: SessionId.generate() }));
    isAway = true;
    await expect(store.destroy(opened?.id ?? '')).rejects.toThrow('The store is away');
    isAway = false;
    await store.destroy(opened?.id ?? '');
    expect(await store.read(moved ?? '')).toBeUndefined();
    expect(store.rows.size).toBe(0);
  });

  it.each([43, 32])(
    'lists a session only once when its id changes meanwhile, with keys of %i characters',
    async (kept) => {
      let comeBetween = async () => {};
      class ListingStore extends TableSessionStore {
        protected override async find(key: string) {
          return super.find(key.slice(0, kept));
        }
        protected override async insert(key: string, text: string) {
          return super.insert(key.slice(0, kept), text);
        }
        protected override async replace(key: string, text: string, expiresAt: number, version: number) {
          return super.replace(key.slice(0, kept), text, expiresAt, version);
        }
        protected override async keysOf() {
          const keys = [...this.rows.keys()];
          await comeBetween();
          return keys;
        }
      }
      const store = new ListingStore(new FrozenClock());
      const opened = await store.read((await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '');
      comeBetween = async () => {
        await store.write(changesOf({ ...opened, opened, id: SessionId.generate() }));
      };
      const during = await store.list('ada');
      comeBetween = async () => {};
      const after = await store.list('ada');
      expect(after).toHaveLength(1);
      expect(during).toEqual(after);
    },
  );

  it('lists a session only once, as its browser knows it, while a change of its id is between its two steps', async () => {
    let comeBetween = async () => {};
    class ListingStore extends TableSessionStore {
      protected override async keysOf() {
        return [...this.rows.keys()];
      }
      protected override async replace(...change: [string, string, number, string | number]) {
        await comeBetween();
        return super.replace(...change);
      }
    }
    const store = new ListingStore(new FrozenClock());
    const opened = await store.read((await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '');
    const before = await store.list('ada');
    let during: typeof before = [];
    comeBetween = async () => {
      during = await store.list('ada');
    };
    await store.write(changesOf({ ...opened, opened, id: SessionId.generate() }));
    expect(during).toEqual(before);
    const after = await store.list('ada');
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  it.each([['plain'], [new Date(0)]])(
    'changes the id of a session that is as large as it may be, with a value such as %p',
    async (value) => {
      const store = new TableSessionStore(new FrozenClock());
      const opened = await store.read((await store.write(changesOf({ set: { userId: 'ada', value } }))) ?? '');
      if (!opened) throw new Error('It was not stored.');
      const maxSize = serializeRecord(opened).length;
      const signIn = changesOf({ ...opened, opened, id: SessionId.generate(), hasSignedIn: true, maxSize });
      expect(await store.hasRoomFor(signIn)).toBe(true);
      const moved = await store.read((await store.write(signIn)) ?? '');
      expect(moved?.values).toEqual(opened.values);
      expect(moved?.movedFrom).toBe(SessionId.fingerprint(opened.id));
      const another = changesOf({ ...moved, opened: moved, id: SessionId.generate(), maxSize: maxSize - 1 });
      await expect(store.write(another)).rejects.toThrow(SessionTooLargeError);
    },
  );

  it('throws a conflict error after repeated conflicts, and stores nothing', async () => {
    class BusyStore extends TableSessionStore {
      protected override async replace() {
        return undefined;
      }
    }
    const store = new BusyStore(new FrozenClock());
    const opened = await store.read((await store.write(changesOf({ set: { cart: 1 } }))) ?? '');
    await expect(store.write(changesOf({ ...opened, opened, set: { cart: 2 } }))).rejects.toThrow(SessionConflictError);
    expect((await store.read(opened?.id ?? ''))?.values.get('cart')).toBe(1);
  });
});
