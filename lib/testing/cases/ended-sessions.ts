import assert from 'node:assert/strict';
import { SessionId } from '../../session/record/session-id.js';
import { draftOf } from '../../session/session.js';
import { COOKIE, HOUR } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import { changesOf } from '../records.js';
import type { Tests } from '../suite.js';

/** Tests stores that can end a session. */
export function describeEndedSessions(tests: Tests): void {
  tests.describe('a session that was ended', () => {
    tests.it('is gone, whoever kept its token', async (start) => {
      const app = await start();
      const { token, record } = await app.write({ set: { cart: 1 } });
      await app.store.destroy(record.id);
      assert.equal(await app.store.read(token), undefined);
    });

    tests.it('is given once to whoever takes it, with its last contents', async (start) => {
      const app = await start();
      const { token, record: opened } = await app.write({ set: { cart: 1 } });
      await app.store.write(changesOf({ ...opened, opened, set: { cart: 2 } }));
      const taken = await app.store.take(opened.id);
      assert.deepEqual(taken?.values, new Map([['cart', 2]]));
      assert.equal(await app.store.take(opened.id), undefined);
      assert.equal(await app.store.read(token), undefined);
    });

    tests.it('is not brought back by a request that had opened it', async (start) => {
      const app = await start();
      const { token, record: opened } = await app.write({ set: { cart: 1 } });
      await app.store.destroy(opened.id);
      assert.equal(await app.store.write(changesOf({ opened, set: { cart: 2 } })), undefined);
      assert.equal(await app.store.write(changesOf({ opened, id: SessionId.generate() })), undefined);
      assert.equal(await app.store.read(token), undefined);
    });

    tests.it('is not brought back when time ended it, either', async (start) => {
      const app = await start();
      const { token, record: opened } = await app.write({ set: { cart: 1 } });
      app.clock.advance(HOUR);
      assert.equal(await app.store.write(changesOf({ opened, expiresAt: app.clock.now() + 1000 })), undefined);
      assert.deepEqual(await app.find(FakeCookieJar.carrying(COOKIE, token)), {});
    });

    tests.it('is not the one that another request renewed in time', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      app.clock.advance(HOUR - 1);
      const slow = await app.open(cookies);
      slow.set('slow', true);
      await app.visit(cookies.next());
      app.clock.advance(1);
      assert.equal(await app.manager.commit(slow, cookies), true);
      assert.deepEqual(await app.find(cookies), { cart: 1, slow: true });
    });

    tests.it('tells a request in flight that what it did was not kept', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      const inFlight = await app.open(cookies);
      inFlight.set('cart', 1);
      await app.visit(cookies.next(), (session) => session.destroy());

      assert.equal(await app.manager.commit(inFlight, cookies), false);
      assert.equal(cookies.size, 0);
      assert.deepEqual(inFlight.all(), {});
      assert.deepEqual(await app.find(cookies), {});
    });

    tests.it('is not brought back by a sign-in that began before, of whomever', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      const [again, other] = await Promise.all([app.open(cookies.next()), app.open(cookies.next())]);
      await app.visit(cookies.next(), (session) => session.destroy());
      draftOf(again).signIn({ userId: 'ada' }, app.clock.now());
      draftOf(other).signIn({ userId: 'bob' }, app.clock.now());
      for (const session of [again, other]) {
        const late = cookies.next();
        assert.equal(await app.manager.commit(session, late), false);
        assert.equal(late.answered(COOKIE), undefined);
      }
    });

    tests.it('is the one under the old id, once the id has changed', async (start) => {
      const app = await start();
      const first = await app.visitorWith({ cart: 1 });
      const second = await app.visit(first, (session) => session.regenerate());
      assert.deepEqual(await app.find(second), { cart: 1 });
      app.clock.advance(10);
      assert.deepEqual(await app.find(first), {});
      assert.deepEqual(await app.find(second), { cart: 1 });
    });

    tests.it('leaves the new one alone that began in its place', async (start) => {
      const app = await start();
      const first = await app.visitorWith({ userId: 'ada' });
      const second = await app.visit(first, (session) => session.destroy().set('theme', 'dark'));
      assert.deepEqual(await app.find(second), { theme: 'dark' });
      assert.deepEqual(await app.find(first), {});
    });
  });

  tests.describe('two requests at once', () => {
    tests.it('that set different keys both keep theirs', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      const [one, other] = await Promise.all([app.open(cookies), app.open(cookies)]);
      one.set('theme', 'dark').unset('cart');
      other.set('language', 'de').flash('notice', 'Saved');
      const kept = [await app.manager.commit(one, cookies), await app.manager.commit(other, cookies.next())];

      const found = await app.open(cookies);
      assert.deepEqual(kept, [true, true]);
      assert.deepEqual(found.all(), { theme: 'dark', language: 'de' });
      assert.equal(found.flash('notice'), 'Saved');
    });

    tests.it('of which one reads a message and one leaves another lose neither', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => session.set('cart', 1).flash('notice', 'old'));
      const [reading, leaving] = await Promise.all([app.open(cookies), app.open(cookies)]);
      assert.equal(reading.flash('notice'), 'old');
      leaving.flash('notice', 'new');
      await app.manager.commit(leaving, cookies);
      await app.manager.commit(reading, cookies.next());
      assert.equal((await app.open(cookies)).flash('notice'), 'new');
    });

    tests.it('of which one learns more of the visitor leave the next sign-in all of it to take back', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) =>
        draftOf(session).signIn({ userId: 'ada' }, app.clock.now()),
      );
      const [updating, other] = await Promise.all([app.open(cookies), app.open(cookies)]);
      draftOf(updating).updateVisitor({ plan: 'premium' });
      draftOf(other).updateVisitor({ email: 'ada@example.com' });
      await app.manager.commit(updating, cookies);
      await app.manager.commit(other, cookies.next());

      const last = await app.visit(cookies, (session) => draftOf(session).signIn({ userId: 'ada' }, app.clock.now()));
      assert.deepEqual(await app.find(last), { userId: 'ada' });
    });
  });
}
