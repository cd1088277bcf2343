import assert from 'node:assert/strict';
import { SessionId } from '../../session/record/session-id.js';
import { draftOf, type Session } from '../../session/session.js';
import { HOUR } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import { changesOf } from '../records.js';
import type { Tests } from '../suite.js';

/** Returns a page that keeps the session, even if it becomes empty. */
function keptWith(values: Record<string, unknown>): (session: Session) => void {
  return (session) => {
    for (const [key, value] of Object.entries(values)) session.set(key, value);
    draftOf(session).keep('a page');
  };
}

/** Tests that written records are read back unchanged, and that writing changes nothing else. */
export function describeWhatIsWritten(tests: Tests): void {
  tests.describe('what is written', () => {
    tests.it('is read with its token', async (start) => {
      const app = await start();
      const id = SessionId.generate();
      const { record } = await app.write({
        id,
        set: { cart: [1, 2] },
        flashesAdded: { notice: 'Saved' },
        identity: ['userId'],
      });
      assert.equal(record.id, id);
      assert.equal(record.createdAt, app.clock.now());
      assert.equal(record.renewedAt, app.clock.now());
      assert.equal(record.expiresAt, app.clock.now() + HOUR * 1000);
      assert.deepEqual(record.values, new Map([['cart', [1, 2]]]));
      assert.deepEqual(record.flashes, new Map([['notice', { id: 'flash-notice', value: 'Saved' }]]));
      assert.deepEqual(record.identity, ['userId']);
    });

    tests.it('says how far the browser has come with it', async (start) => {
      const app = await start();
      const lineage = { epoch: app.clock.now(), turn: app.clock.now() + 1 };
      const { record, token } = await app.write({ set: { cart: 1 }, lineage });
      assert.deepEqual(record.lineage, lineage);
      const next = await app.store.write(changesOf({ opened: await app.read(token), set: { cart: 2 }, lineage }));
      assert.deepEqual((await app.read(next ?? '')).lineage, lineage);
    });

    tests.it('is found though it holds nothing, where it says that it is kept', async (start) => {
      const app = await start();
      const { record } = await app.write({ isKept: true });
      assert.equal(record.isKept, true);
      assert.equal(record.values.size, 0);
      const emptied = await app.visit(await app.visit(new FakeCookieJar(), keptWith({ cart: 1 })), (session) =>
        session.unset('cart'),
      );
      const next = await app.open(emptied);
      assert.equal(next.isNew, false);
      assert.deepEqual(next.all(), {});
      const moved = await app.visit(emptied, (session) => session.regenerate());
      assert.equal((await app.open(moved)).isNew, false);
    });

    tests.it('is not kept any longer once its visitor has left it', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), keptWith({ userId: 'ada' }));
      const left = await app.visit(cookies, (session) => session.destroy().set('cart', 1));
      assert.equal((await app.read(left.tokens[0] ?? '')).isKept, undefined);
    });

    tests.it('says whom its owner impersonates, until that ends', async (start) => {
      const app = await start();
      const values = new Map([['userId', 'cleo']]);
      const impersonation = { values, startedAt: app.clock.now(), until: app.clock.now() + HOUR };
      const { record: opened } = await app.write({ set: { userId: 'sam' } });
      const { record } = await app.write({ opened, impersonation });
      assert.deepEqual(record.impersonation, impersonation);
      const { record: changed } = await app.write({ opened: record, set: { cart: 1 } });
      assert.deepEqual(changed.impersonation, impersonation);
      const { record: ended } = await app.write({ opened: changed, id: SessionId.generate(), impersonation: null });
      assert.equal(ended.impersonation, undefined);
      assert.equal(ended.values.get('userId'), 'sam');
    });

    tests.it("keeps its user's epoch in the revocation list, and only that user's", async (start) => {
      const app = await start();
      const userEpoch = { userId: 'ada', value: 'first' };
      const { record: opened } = await app.write({ set: { userId: 'ada' }, userEpoch });
      assert.equal(opened.epoch, 'first');
      const { record: moved } = await app.write({ opened, id: SessionId.generate(), set: { cart: 1 } });
      assert.equal(moved.epoch, 'first');
      const { record: anothers } = await app.write({ opened: moved, set: { userId: 'bob' } });
      assert.equal(anothers.epoch, undefined);
      const { record: late } = await app.write({ opened: anothers, set: { cart: 2 }, userEpoch });
      assert.equal(late.epoch, undefined);
    });

    tests.it('comes back as what it was: dates, maps, sets, addresses, large numbers, holes and all', async (start) => {
      const values = {
        text: 'ä “quoted” \\ \u2028 \u0000 \ud83d\ude00',
        numbers: [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY],
        nothing: null,
        date: new Date('2030-01-01T12:00:00.123Z'),
        map: new Map<unknown, unknown>([
          [1, 'one'],
          ['nested', new Map([['set', new Set([1n])]])],
        ]),
        set: new Set(['a', { b: 'c' }]),
        url: new URL('https://user@example.com:8080/a%20b?c=d#e'),
        bigint: 123456789012345678901234567890n,
        object: { present: 1, absent: undefined, deep: { list: [{ when: new Date(0) }, undefined] } },
      };
      const { record } = await (await start()).write({ set: values });
      assert.deepEqual(Object.fromEntries(record.values), values);
      // URLs are compared as strings, because not every Node version compares their contents.
      assert.equal(String(record.values.get('url')), String(values.url));
      assert.equal(Object.hasOwn(record.values.get('object') as object, 'absent'), true);
    });

    tests.it('may have keys that objects have by themselves', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => {
        session.set('__proto__', { isAdmin: true }).set('constructor', 'data').flash('__proto__', 'Saved');
      });
      const found = await app.open(cookies);
      assert.deepEqual(found.get('__proto__'), { isAdmin: true });
      assert.deepEqual(Object.keys(found.all()), ['__proto__', 'constructor']);
      assert.equal(found.all().isAdmin, undefined);
      assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
      assert.equal(found.flash('__proto__'), 'Saved');
    });

    tests.it('is not changed by what a reader does to it', async (start) => {
      const app = await start();
      const { token, record } = await app.write({ set: { cart: [1] } });
      const cart = record.values.get('cart') as number[];
      // A store may return frozen values.
      if (!Object.isFrozen(cart)) cart.push(2);
      assert.deepEqual((await app.store.read(token))?.values.get('cart'), [1]);
    });

    tests.it('is not changed by what the writer does to it afterwards', async (start) => {
      const app = await start();
      const cart = [1];
      const { token } = await app.write({ set: { cart } });
      cart.push(2);
      assert.deepEqual((await app.store.read(token))?.values.get('cart'), [1]);
    });

    tests.it('takes the place of what it changes, and of nothing else', async (start) => {
      const app = await start();
      const { record: opened } = await app.write({ set: { cart: 1, theme: 'dark', draft: 'x' } });
      const { record } = await app.write({ opened, set: { cart: 2 }, unset: ['draft'] });
      assert.deepEqual(Object.fromEntries(record.values), { cart: 2, theme: 'dark' });
    });

    tests.it('leaves other sessions alone', async (start) => {
      const app = await start();
      const ada = await app.write({ set: { name: 'Ada' } });
      const bob = await app.write({ set: { name: 'Bob' } });
      await app.write({ opened: ada.record, set: { name: 'Ada Lovelace' } });
      assert.equal((await app.store.read(bob.token))?.values.get('name'), 'Bob');
    });

    tests.it('moves to another id with everything in it', async (start) => {
      const app = await start();
      const { record: opened } = await app.write({ set: { cart: 1 }, flashesAdded: { notice: 'Saved' } });
      const { record } = await app.write({ opened, id: SessionId.generate() });
      assert.notEqual(record.id, opened.id);
      assert.deepEqual(record.values, opened.values);
      assert.deepEqual(record.flashes, opened.flashes);
    });
  });
}
