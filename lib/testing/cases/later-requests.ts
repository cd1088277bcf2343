import assert from 'node:assert/strict';
import { draftOf, type Session } from '../../session/session.js';
import { type Application, COOKIE } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import type { Tests } from '../suite.js';

/** Tests stores that lose nothing, over several consecutive requests. */
export function describeLaterRequests(tests: Tests): void {
  tests.describe('a message', () => {
    const waiting = (app: Application) =>
      app.visit(new FakeCookieJar(), (session) => session.set('cart', 1).flash('notice', 'Saved'));

    tests.it('waits for the next page when a request that could have read it did not', async (start) => {
      const app = await start();
      const cookies = await waiting(app);
      await app.visit(cookies.next());
      assert.equal((await app.open(cookies)).flash('notice'), 'Saved');
    });

    tests.it('waits for a later page when the request that has read it never ends', async (start) => {
      const app = await start();
      const cookies = await waiting(app);
      assert.equal((await app.open(cookies)).flash('notice'), 'Saved');
      assert.equal((await app.open(cookies)).flash('notice'), undefined);
      app.clock.advance(60);
      assert.equal((await app.open(cookies)).flash('notice'), 'Saved');
    });

    tests.it('waits for a later page when a request of another process may read it, and never ends', async (start) => {
      const app = await start();
      const cookies = await waiting(app);
      await app.elsewhere().open(cookies, true);
      assert.equal((await app.open(cookies)).flash('notice'), undefined);
      app.clock.advance(60);
      assert.equal((await app.open(cookies)).flash('notice'), 'Saved');
    });

    tests.it('is not kept from anybody by a request that has not read it', async (start) => {
      const app = await start();
      const cookies = await waiting(app);
      await app.open(cookies);
      assert.equal((await app.open(cookies)).flash('notice'), 'Saved');
    });

    tests.it('is not kept from other processes by a request that failed', async (start) => {
      const app = await start();
      const cookies = await waiting(app);
      const failed = await app.open(cookies);
      failed.flash('notice');
      draftOf(failed).rollBack();
      await app.manager.abandon(failed);
      assert.equal((await app.elsewhere().open(cookies, true)).flash('notice'), 'Saved');
    });

    tests.it('waits behind others under its key, which are shown together', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => session.flash('notice', 'One'));
      const again = await app.visit(cookies, (session) => session.flash('notice', 'Two').flash('notice', 'Three'));
      const read = await app.visit(again, (session) =>
        assert.deepEqual(session.flashes.getAll('notice'), ['One', 'Two', 'Three']),
      );
      assert.deepEqual((await app.open(read)).flashes.getAll('notice'), []);
    });

    tests.it('is not kept from anybody by a request that nobody looks at', async (start) => {
      const app = await start();
      const cookies = await waiting(app);
      assert.equal((await app.open(cookies, false)).flash('notice'), undefined);
      assert.equal((await app.open(cookies)).flash('notice'), 'Saved');
    });
  });

  tests.describe('an id that was changed', () => {
    tests.it('leads to the session for ten seconds, and to the new id', async (start) => {
      const app = await start();
      const first = await app.visitorWith({ cart: 1 });
      const second = await app.visit(first.next(), (session) => session.regenerate());
      app.clock.advance(9);
      const late = await app.visit(first.next(), (session) => session.set('late', true));
      assert.deepEqual(late.values(COOKIE), second.values(COOKIE));
      assert.deepEqual(await app.find(second), { cart: 1, late: true });
    });

    tests.it(
      'is replaced by the new one with the next answer, should the one that had it not arrive',
      async (start) => {
        const app = await start();
        const first = await app.visitorWith({ cart: 1 });
        const second = await app.visit(first.next(), (session) => session.regenerate());
        app.clock.advance(9);
        const later = await app.visit(first.next());
        assert.deepEqual(later.values(COOKIE), second.values(COOKIE));
        app.clock.advance(9);
        assert.deepEqual(await app.find(later), { cart: 1 });
      },
    );

    tests.it('leads nowhere after that, and the cookie of the new one is left alone', async (start) => {
      const app = await start();
      const first = await app.visitorWith({ cart: 1 });
      await app.visit(first.next(), (session) => session.regenerate());
      app.clock.advance(10);
      const late = first.next();
      await app.visit(late, (session) => session.set('lost', true));
      assert.equal(late.answered(COOKIE), undefined);
      app.clock.advance(60);
      const stale = first.next();
      assert.deepEqual(await app.find(stale), {});
      await app.visit(stale);
      assert.equal(stale.answered(COOKIE), undefined);
    });

    tests.it('ends the session when its visitor signs out with it late', async (start) => {
      const app = await start();
      const first = await app.visitorWith({ cart: 1 });
      const second = await app.visit(first.next(), (session) => session.regenerate());
      const third = await app.visit(second.next(), (session) => session.regenerate());
      app.clock.advance(10);
      const late = first.next();
      await app.visit(late, (session) => session.destroy());
      assert.equal(late.answered(COOKIE)?.value, '');
      assert.deepEqual(await app.find(third), {});
    });

    tests.it('leads nobody to a visitor who signed in meanwhile, whose cookie is left alone', async (start) => {
      const app = await start();
      const planted = await app.visitorWith({ cart: 1 });
      const signIn = (session: Session) => draftOf(session).signIn({ userId: 'ada' }, app.clock.now());
      const ada = await app.visit(planted.next(), signIn);
      const inFlight = planted.next();
      await app.visit(inFlight, (session) => {
        assert.deepEqual(session.all(), {});
        session.set('visits', 1);
      });
      assert.equal(inFlight.answered(COOKIE), undefined);
      assert.deepEqual(await app.find(ada), { cart: 1, userId: 'ada' });
      const again = await app.visit(planted.next(), signIn);
      assert.deepEqual(await app.find(again), { userId: 'ada' });
    });

    tests.it(
      'is left by a request from before a sign-in, which changes nothing and leaves the cookie alone',
      async (start) => {
        const app = await start();
        const guest = await app.visitorWith({ cart: 1 });
        const [emptying, filling] = await Promise.all([app.open(guest.next()), app.open(guest.next())]);
        const ada = await app.visit(guest.next(), (session) =>
          draftOf(session).signIn({ userId: 'ada' }, app.clock.now()),
        );
        emptying.unset('cart');
        filling.set('visits', 1);
        for (const session of [emptying, filling]) {
          const cookies = guest.next();
          assert.equal(await app.manager.commit(session, cookies), false);
          draftOf(session).reopen();
          session.set('error', 'shown');
          assert.equal(await app.manager.commit(session, cookies), false);
          assert.equal(cookies.size, 0);
        }
        assert.deepEqual(await app.find(ada), { cart: 1, userId: 'ada' });
      },
    );

    tests.it('ends the session of a visitor who signs out with a request from before the sign-in', async (start) => {
      const app = await start();
      const guest = await app.visitorWith({ cart: 1 });
      const leaving = await app.open(guest);
      const ada = await app.visit(guest.next(), (session) =>
        draftOf(session).signIn({ userId: 'ada' }, app.clock.now()),
      );
      leaving.destroy();
      await app.manager.commit(leaving, guest);
      assert.equal(guest.answered(COOKIE)?.value, '');
      assert.deepEqual(await app.find(ada), {});
    });

    tests.it('is not needed by a guest who signs in with two requests at once', async (start) => {
      const app = await start();
      const guest = await app.visitorWith({ cart: 1 });
      const slow = await app.open(guest);
      const signIn = (userId: string) => (session: Session) => draftOf(session).signIn({ userId }, app.clock.now());
      const ada = await app.visit(guest.next(), signIn('ada'));
      slow.set('visits', (old) => Number(old ?? 0) + 1).flash('notice', 'Welcome');
      signIn('bob')(slow);
      const bob = guest.next();
      assert.equal(await app.manager.commit(slow, bob), true);
      assert.deepEqual(await app.find(ada), { cart: 1, userId: 'ada' });
      const found = await app.open(bob.next());
      assert.deepEqual(found.all(), { visits: 1, userId: 'bob' });
      assert.equal(found.flash('notice'), 'Welcome');
    });

    tests.it('keeps its answer when a sign-in with it is late: after a sign-out, or of its own user', async (start) => {
      const app = await start();
      const signIn = (session: Session) => draftOf(session).signIn({ userId: 'ada' }, app.clock.now());
      for (const [before, after] of [
        [{ cart: 1 }, (session: Session) => session.destroy()],
        [{ userId: 'ada' }],
      ] as const) {
        const first = await app.visitorWith(before);
        const slow = await app.open(first);
        const second = await app.visit(first.next(), signIn);
        await app.visit(second, after);
        signIn(slow);
        const late = first.next();
        assert.equal(await app.manager.commit(slow, late), false);
        assert.equal(late.answered(COOKIE), undefined);
      }
    });

    tests.it('counts as replaced for a minute, as soon as it does not lead to the session any more', async (start) => {
      const app = await start();
      const first = await app.visitorWith({ cart: 1 });
      const second = await app.visit(first.next(), (session) => session.regenerate());
      await app.visit(second.next(), (session) => session.regenerate());
      const isReplaced = () =>
        Promise.all([first, second].map(({ tokens }) => app.store.isSuperseded(tokens[0] ?? '')));
      assert.deepEqual(await isReplaced(), [false, false]);
      app.clock.advance(10);
      assert.deepEqual(await isReplaced(), [true, true]);
      app.clock.advance(50);
      assert.deepEqual(await isReplaced(), [false, false]);
    });

    tests.it('changes once more when somebody signs in while it changes', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      const [signingIn, regenerated] = await Promise.all([app.open(cookies), app.open(cookies)]);
      regenerated.regenerate();
      draftOf(signingIn).signIn({ userId: 'ada' }, app.clock.now());
      const others = cookies.next();
      await app.manager.commit(regenerated, others);
      const own = cookies.next();
      await app.manager.commit(signingIn, own);
      assert.deepEqual(await app.find(own.next()), { cart: 1, userId: 'ada' });
      for (const jar of [cookies.next(), others.next()]) assert.deepEqual(await app.find(jar), {});
    });
  });
}
