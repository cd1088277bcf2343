import assert from 'node:assert/strict';
import { SessionId } from '../../session/record/session-id.js';
import { draftOf, type Session } from '../../session/session.js';
import { COOKIE, HOUR } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import type { Tests } from '../suite.js';

/** Tests expiry, messages and sign-outs with consecutive requests. */
export function describeLifetimes(tests: Tests): void {
  tests.describe('time', () => {
    tests.it('ends a session that nobody used, at the very second', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      assert.deepEqual(await app.find(cookies), { cart: 1 });
      app.clock.advance(1);
      assert.deepEqual(await app.find(cookies), {});
    });

    tests.it('gives an ended session no way back, and whoever comes again another id', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      const before = (await app.open(cookies)).id;
      app.clock.advance(HOUR);
      const after = await app.open(cookies);
      assert.notEqual(after.id, before);
      assert.deepEqual(after.set('theme', 'dark').all(), { theme: 'dark' });
    });

    tests.it('leaves a session alone that is used', async (start) => {
      const app = await start();
      const first = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      const second = await app.visit(first);
      app.clock.advance(HOUR - 1);
      assert.deepEqual(await app.find(second), { cart: 1 });
    });

    tests.it('ends a session however much it is used', async (start) => {
      const app = await start({ absoluteTimeout: 2 * HOUR });
      const first = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      const second = await app.visit(first);
      app.clock.advance(HOUR - 1);
      const third = await app.visit(second, (session) => session.set('cart', 2));
      assert.equal(third.tokens.length, 1);
      app.clock.advance(1);
      assert.deepEqual(await app.find(third), { cart: 2 });
      app.clock.advance(1);
      assert.deepEqual(await app.find(third), {});
    });

    tests.it('ends a session by the timeouts that its sign-in set, also under another id', async (start) => {
      const app = await start();
      const lifetime = { idleTimeout: (HOUR / 2) * 1000, absoluteTimeout: HOUR * 1000 };
      const first = await app.visit(new FakeCookieJar(), (session) =>
        draftOf(session).signIn({ userId: 'ada' }, app.clock.now(), { lifetime, rememberMe: true }),
      );
      app.clock.advance(HOUR / 2 - 1);
      const second = await app.visit(first, (session) => session.regenerate());
      app.clock.advance(HOUR / 2);
      const third = await app.visit(second);
      assert.deepEqual(await app.find(third), { userId: 'ada' });
      const record = await app.read(third.tokens[0] ?? '');
      assert.deepEqual(record.lifetime, lifetime);
      assert.equal(record.isRemembered, true);
      app.clock.advance(1);
      assert.deepEqual(await app.find(third), {});
    });

    tests.it('begins anew for somebody who signs in', async (start) => {
      const app = await start({ absoluteTimeout: HOUR });
      const first = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      const second = await app.visit(first, (session) => draftOf(session).signIn({ userId: 'ada' }, app.clock.now()));
      app.clock.advance(HOUR - 1);
      assert.deepEqual(await app.find(second), { cart: 1, userId: 'ada' });
      app.clock.advance(1);
      assert.deepEqual(await app.find(second), {});
    });
  });

  tests.describe('messages', () => {
    tests.it('are delivered with one answer', async (start) => {
      const app = await start();
      const first = await app.visit(new FakeCookieJar(), (session) => session.set('cart', 1).flash('notice', 'Saved'));
      const second = await app.visit(first, (session) => assert.equal(session.flash('notice'), 'Saved'));
      const third = await app.open(second);
      assert.equal(third.flash('notice'), undefined);
      assert.equal(third.get('cart'), 1);
    });

    tests.it('are gone at the time until which they are kept, where they say one', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => {
        draftOf(session.set('cart', 1)).flashes.replace('draft', 'typed', {
          until: app.clock.now() + 60_000,
          yields: true,
        });
      });
      app.clock.advance(59);
      assert.equal((await app.open(cookies)).flashes.peek('draft'), 'typed');
      app.clock.advance(1);
      const late = await app.visit(cookies, (session) => {
        assert.equal(session.flashes.has('draft'), false);
        session.set('cart', 2);
      });
      assert.equal((await app.read(late.tokens[0] ?? '')).flashes.size, 0);
    });

    tests.it('end a session that holds nothing else, where they say until when they are kept', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) =>
        draftOf(session).flashes.replace('draft', 'typed', { until: app.clock.now() + 60_000, yields: true }),
      );
      app.clock.advance(59);
      assert.equal((await app.open(cookies)).isNew, false);
      app.clock.advance(1);
      assert.equal((await app.open(cookies)).isNew, true);
    });

    tests.it('wait through requests that do not read them', async (start) => {
      const app = await start();
      const first = await app.visit(new FakeCookieJar(), (session) => session.flash('notice', 'Saved'));
      const third = await app.visit(await app.visit(first), (session) => session.set('cart', 1));
      assert.equal((await app.open(third)).flash('notice'), 'Saved');
    });
  });

  tests.describe('signing in and out', () => {
    tests.it('takes back what an earlier sign-in gave', async (start) => {
      const app = await start();
      const signIn = (values: Record<string, unknown>) => (session: Session) =>
        draftOf(session).signIn(values, app.clock.now());
      const first = await app.visit(new FakeCookieJar(), signIn({ userId: 'ada', role: 'admin' }));
      const second = await app.visit(first, signIn({ userId: 'ada' }));
      assert.deepEqual(await app.find(second), { userId: 'ada' });
    });

    tests.it('leaves another visitor nothing', async (start) => {
      const app = await start();
      const first = await app.visit(new FakeCookieJar(), (session) => {
        session.set('address', 'Ada Street').flash('notice', 'Hello Ada');
        draftOf(session).signIn({ userId: 'ada', role: 'admin' }, app.clock.now());
      });
      const second = await app.visit(first, (session) => draftOf(session).signIn({ userId: 'bob' }, app.clock.now()));
      const found = await app.open(second);
      assert.deepEqual(found.all(), { userId: 'bob' });
      assert.equal(found.flashes.isEmpty, true);
    });

    tests.it('removes the cookie', async (start) => {
      const app = await start();
      const cookies = await app.visit(await app.visitorWith({ cart: 1 }), (session) => session.destroy());
      assert.deepEqual(cookies.values(COOKIE), []);
    });

    tests.it('ends twice without complaint', async (start) => {
      const app = await start();
      const { record } = await app.write({ set: { cart: 1 } });
      await app.store.destroy(record.id);
      await assert.doesNotReject(app.store.destroy(record.id));
      await assert.doesNotReject(app.store.destroy(SessionId.generate()));
    });
  });
}
