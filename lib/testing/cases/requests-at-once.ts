import assert from 'node:assert/strict';
import type { Session } from '../../session/session.js';
import { type Application, COOKIE } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import type { Tests } from '../suite.js';

/** Tests stores that lose nothing under concurrent requests. */
export function describeRequestsAtOnce(tests: Tests): void {
  /** Opens the session once for each request before any of them commits, then commits all concurrently. */
  async function atOnce(
    app: Application,
    cookies: FakeCookieJar,
    pages: readonly ((session: Session) => unknown)[],
  ): Promise<FakeCookieJar[]> {
    const jars = pages.map(() => cookies.next());
    const sessions = await Promise.all(jars.map((jar) => app.open(jar)));
    await Promise.all(
      sessions.map(async (session, index) => {
        pages[index]?.(session);
        await app.manager.commit(session, jars[index] ?? cookies);
      }),
    );
    return jars.map((jar) => jar.next());
  }
  const times = <Value>(count: number, make: (index: number) => Value) =>
    Array.from({ length: count }, (_, at) => make(at));

  tests.describe('many requests at once', () => {
    tests.it('that set 50 keys keep all 50', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      await atOnce(
        app,
        cookies,
        times(50, (index) => (session) => session.set(`key${index}`, index)),
      );
      const expected = Object.fromEntries(times(50, (index) => [`key${index}`, index]));
      assert.deepEqual(await app.find(cookies), { cart: 1, ...expected });
    });

    tests.it('that count up by one each count as many as they are', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ count: 0 });
      await atOnce(
        app,
        cookies,
        times(100, () => (session) => session.set('count', (count) => Number(count) + 1)),
      );
      assert.deepEqual(await app.find(cookies), { count: 100 });
    });

    tests.it('that change the id leave one session, which all of them go on with', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      const jars = await atOnce(
        app,
        cookies,
        times(5, (index) => (session) => session.regenerate().set(`key${index}`, index)),
      );
      const tokens = new Set(jars.flatMap((jar) => jar.values(COOKIE)));
      assert.equal(tokens.size, 1);
      assert.equal(Object.keys(await app.find(jars[0] ?? cookies)).length, 6);
      assert.equal(tokens.has(cookies.values(COOKIE)[0] ?? ''), false);
    });

    tests.it('of which one ends the session end it for all', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      const pages = times(10, (index) => (session: Session) => session.set(`key${index}`, index));
      const jars = await atOnce(app, cookies, [...pages, (session) => session.destroy(), ...pages]);
      for (const jar of [cookies, ...jars]) assert.deepEqual(await app.find(jar), {});
    });

    tests.it('of which one empties the session keep what the others put in', async (start) => {
      const app = await start();
      const empty = (session: Session) => session.clear();
      const fill = (session: Session) => session.set('theme', 'dark');
      for (const pages of [
        [empty, fill],
        [fill, empty],
      ]) {
        const cookies = await app.visitorWith({ cart: 1 });
        await atOnce(app, cookies, pages);
        assert.deepEqual(await app.find(cookies), { theme: 'dark' });
      }
    });

    tests.it('of which none reads the message leave it where it is', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => session.flash('notice', 'Saved'));
      const first = await app.open(cookies);
      await app.visit(cookies.next());
      await app.manager.commit(first, cookies.next());
      assert.equal((await app.open(cookies)).flash('notice'), 'Saved');
    });

    tests.it('in several processes keep a message for as long as one of them may read it', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => session.flash('notice', 'Saved'));
      const [first, second] = [await app.open(cookies), await app.open(cookies)];
      await app.manager.commit(first, cookies.next());
      assert.equal((await app.elsewhere().open(cookies, true)).flash('notice'), undefined);
      assert.equal(second.flash('notice'), 'Saved');
      await app.manager.commit(second, cookies.next());
      assert.equal((await app.elsewhere().open(cookies, true)).flash('notice'), undefined);
    });

    tests.it('that leave messages under one key keep all of them', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => session.flash('notice', 'first'));
      await atOnce(
        app,
        cookies,
        times(10, (index) => (session) => session.flash('notice', `message ${index}`)),
      );
      const [first, ...others] = (await app.open(cookies)).flashes.getAll('notice');
      assert.equal(first, 'first');
      assert.deepEqual(
        others.toSorted(),
        times(10, (index) => `message ${index}`),
      );
    });

    tests.it('give a value that all of them take to one of them, and keep what they set', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ token: 'abc', cart: 1 });
      const [late, ...sessions] = await Promise.all(times(21, () => app.open(cookies.next())));
      const taken = await Promise.all(sessions.map((session) => session.take('token')));
      assert.deepEqual(
        taken.filter((value) => value !== undefined),
        ['abc'],
      );
      await Promise.all(sessions.map((session, at) => app.manager.commit(session.set(`key${at}`, at), cookies.next())));
      assert.equal(await late?.take('token'), undefined);
      const found = await app.find(cookies);
      assert.deepEqual([Object.keys(found).length, found.token], [21, undefined]);
    });

    tests.it(
      'give a value that is alone in its session to one of them, and none of a session that has ended',
      async (start) => {
        const app = await start();
        const alone = await app.visitorWith({ token: 'abc' });
        const sessions = await Promise.all(times(5, () => app.open(alone.next())));
        const taken = await Promise.all(sessions.map((session) => session.take('token')));
        assert.equal(taken.filter((value) => value === 'abc').length, 1);
        await Promise.all(sessions.map((session) => app.manager.commit(session, alone.next())));
        assert.deepEqual(await app.find(alone), {});

        const ended = await app.visitorWith({ token: 'abc', cart: 1 });
        const late = await app.open(ended.next());
        await app.visit(ended.next(), (session) => session.destroy());
        assert.equal(await late.take('token'), undefined);
      },
    );

    tests.it('of which one ends the session, and one changes its id, end it for all', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      for (const pages of [
        [(session: Session) => session.regenerate(), (session: Session) => session.destroy()],
        [(session: Session) => session.destroy(), (session: Session) => session.regenerate()],
      ]) {
        for (const jar of [cookies, ...(await atOnce(app, cookies, pages))]) assert.deepEqual(await app.find(jar), {});
      }
    });

    tests.it('deliver a message once', async (start) => {
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) =>
        session.set('cart', 1).flash('notice', 'Saved'),
      );
      const read: unknown[] = [];
      await atOnce(
        app,
        cookies,
        times(20, () => (session) => read.push(session.flash('notice'))),
      );
      assert.deepEqual(
        read.filter((message) => message !== undefined),
        ['Saved'],
      );
      assert.equal((await app.open(cookies)).flash('notice'), undefined);
    });
  });
}
