import assert from 'node:assert/strict';
import { SessionId } from '../../session/record/session-id.js';
import { draftOf, type Session } from '../../session/session.js';
import { type Application, COOKIE, HOUR } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import type { Tests } from '../suite.js';

/** Tests stores that can list the sessions of a user. */
export function describeSessionsOfUsers(tests: Tests): void {
  const signIn = (app: Application, userId: string, label?: string, cookies = new FakeCookieJar()) =>
    app.visit(cookies, (session) =>
      draftOf(session).signIn({ userId }, app.clock.now(), { userAgent: 'Spec/1', label }),
    );
  const labelsOf = async (app: Application, userId: string) =>
    (await app.registry.list(userId)).map(({ label }) => label).sort();

  tests.describe('the sessions of a user', () => {
    tests.it("are listed, the one seen last first, and nobody else's", async (start) => {
      const app = await start();
      await app.visitorWith({ cart: 1 });
      await signIn(app, 'ada', 'laptop');
      app.clock.advance(1);
      const phone = await signIn(app, 'ada', 'phone');
      await signIn(app, 'adam', 'tablet');
      const now = new Date(app.clock.now());
      const [first, second, ...others] = await app.registry.list('ada', await app.open(phone));
      assert.deepEqual(others, []);
      assert.deepEqual([first?.label, second?.label], ['phone', 'laptop']);
      assert.deepEqual([first?.isCurrent, second?.isCurrent], [true, false]);
      assert.deepEqual([first?.userAgent, first?.createdAt, first?.lastSeenAt], ['Spec/1', now, now]);
      assert.deepEqual(first?.expiresAt, new Date(app.clock.now() + HOUR * 1000));
      assert.deepEqual(await app.registry.list('nobody'), []);
    });

    tests.it('are listed under names that are no cookies', async (start) => {
      const app = await start();
      const cookies = await signIn(app, 'ada');
      const [listed] = await app.registry.list('ada');
      assert.ok(listed, 'the session is not listed');
      assert.equal(await app.store.read(listed.id), undefined);
      assert.equal(cookies.values(COOKIE).includes(listed.id), false);
    });

    tests.it('of whatever name, are told apart', async (start) => {
      const app = await start();
      const names = [
        'ada',
        'Ada',
        ' ada',
        'ada ',
        'a%64a',
        '__proto__',
        '{ada}',
        "ada'--",
        '*',
        'ada:1',
        'ä',
        '💂',
        '0',
      ];
      for (const name of names) await signIn(app, name, name);
      for (const name of names) assert.deepEqual(await labelsOf(app, name), [name.slice(0, 256)]);
    });

    tests.it('are listed once, whatever becomes of their ids and values', async (start) => {
      const app = await start();
      const cookies = await signIn(app, 'ada', 'laptop');
      const second = await app.visit(cookies, (session) => session.set('cart', 1).regenerate());
      assert.deepEqual(await labelsOf(app, 'ada'), ['laptop']);
      const third = await signIn(app, 'ada', undefined, second.next());
      assert.deepEqual(await labelsOf(app, 'ada'), ['laptop']);
      await signIn(app, 'bob', 'bob', third.next());
      assert.deepEqual(await labelsOf(app, 'ada'), []);
      assert.deepEqual(await labelsOf(app, 'bob'), ['bob']);
    });

    tests.it('are not listed any more when they have ended', async (start) => {
      const app = await start();
      const first = await signIn(app, 'ada', 'laptop');
      const second = await signIn(app, 'ada', 'phone');
      await signIn(app, 'ada', 'tablet');
      await app.visit(first, (session) => session.destroy());
      assert.deepEqual(await labelsOf(app, 'ada'), ['phone', 'tablet']);
      app.clock.advance(HOUR / 2);
      await app.visit(second);
      app.clock.advance(HOUR / 2);
      assert.deepEqual(await labelsOf(app, 'ada'), ['phone']);
      app.clock.advance(HOUR / 2);
      assert.deepEqual(await labelsOf(app, 'ada'), []);
    });
  });

  tests.describe('a session that was revoked', () => {
    tests.it('is over, and no other', async (start) => {
      const app = await start();
      const laptop = await signIn(app, 'ada', 'laptop');
      const phone = await signIn(app, 'ada', 'phone');
      const listed = (await app.registry.list('ada')).find(({ label }) => label === 'laptop');
      assert.equal(await app.registry.revoke(listed?.id ?? '', 'bob'), false, "ended somebody else's session");
      assert.equal((await app.open(laptop.next())).isNew, false);
      assert.equal(await app.registry.revoke(listed?.id ?? '', 'ada'), true);
      assert.equal((await app.open(laptop)).isNew, true);
      assert.deepEqual(await app.find(phone), { userId: 'ada' });
      assert.equal(await app.registry.revoke(listed?.id ?? ''), false, 'ended it twice');
      for (const name of ['', '../x', 'x'.repeat(43), '\u0000', '*', "' OR 1=1", 'a'.repeat(1_000_000)]) {
        assert.equal(await app.registry.revoke(name), false);
      }
    });

    tests.it('is not brought back by requests under way, whatever they do', async (start) => {
      const app = await start();
      const pages: ((session: Session) => unknown)[] = [
        (session) => session.set('cart', 1),
        (session) => session.regenerate(),
        (session) => session.flash('notice', 'Saved'),
        (session) => draftOf(session).updateVisitor({ plan: 'premium' }, { label: 'other' }),
      ];
      for (const page of pages) {
        const cookies = await signIn(app, 'ada');
        const inFlight = await app.open(cookies);
        await app.registry.revokeAll('ada');
        page(inFlight);
        await app.manager.commit(inFlight, cookies);
        assert.deepEqual(await app.find(cookies.next()), {});
        assert.deepEqual(await app.registry.list('ada'), []);
      }
    });

    tests.it('is over although it gets another id at that moment', async (start) => {
      const app = await start();
      for (let round = 0; round < 5; round++) {
        const cookies = await signIn(app, 'ada');
        const moving = await app.open(cookies);
        moving.regenerate();
        const jar = cookies.next();
        await Promise.all([app.manager.commit(moving, jar), app.registry.revokeAll('ada')]);
        for (const { id } of await app.registry.list('ada')) await app.registry.revoke(id);
        assert.deepEqual(await app.find(jar.next()), {});
      }
    });

    tests.it('is every other one, if somebody asks for that', async (start) => {
      const app = await start();
      const laptop = await signIn(app, 'ada', 'laptop');
      const phone = await signIn(app, 'ada', 'phone');
      const bob = await signIn(app, 'bob', 'bob');
      assert.equal(await app.registry.revokeOthers(await app.open(laptop)), 1);
      assert.deepEqual(await app.find(laptop), { userId: 'ada' });
      assert.deepEqual(await app.find(phone), {});
      assert.deepEqual(await app.find(bob), { userId: 'bob' });
      assert.equal(await app.registry.revokeOthers(await app.open(new FakeCookieJar())), 0);
    });
  });

  tests.describe('a limit on the sessions of a user', () => {
    const limited = { maxSessionsPerUser: 3 };

    tests.it('ends the oldest', async (start) => {
      const app = await start(limited);
      for (const label of ['a', 'b', 'c', 'd', 'e']) {
        await signIn(app, 'ada', label);
        app.clock.advance(1);
      }
      await signIn(app, 'bob', 'bob');
      assert.deepEqual(await labelsOf(app, 'ada'), ['c', 'd', 'e']);
      assert.deepEqual(await labelsOf(app, 'bob'), ['bob']);
    });

    tests.it('is kept by any number of sign-ins at once', async (start) => {
      const app = await start(limited);
      await Promise.all(Array.from({ length: 20 }, (_, at) => signIn(app, 'ada', `${at}`)));
      assert.equal((await app.registry.list('ada')).length, 3);
    });

    tests.it('does not count a sign-in with a session that is there twice', async (start) => {
      const app = await start({ maxSessionsPerUser: 2 });
      const other = await signIn(app, 'ada', 'other');
      let own = await signIn(app, 'ada', 'own');
      for (let again = 0; again < 3; again++) own = await signIn(app, 'ada', 'own', own.next());
      assert.deepEqual(await labelsOf(app, 'ada'), ['other', 'own']);
      assert.deepEqual(await app.find(other), { userId: 'ada' });
      assert.equal(SessionId.isWellFormed(own.values(COOKIE)[0] ?? ''), true);
    });
  });
}
