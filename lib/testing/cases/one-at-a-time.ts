import assert from 'node:assert/strict';
import type { Session } from '../../session/session.js';
import type { Application } from '../application.js';
import type { FakeCookieJar } from '../fake-cookie-jar.js';
import { changesOf } from '../records.js';
import type { Tests } from '../suite.js';

const pass = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));
const TIMEOUT = { code: 'EXCLUSIVE_TIMEOUT' };
const LOST = { code: 'EXCLUSIVE_OUTCOME_LOST' };
const never = () => new Promise<never>(() => {});

/** Tests that stores which can write on condition let requests of several processes do one step at a time. */
export function describeOneAtATime(tests: Tests): void {
  /** Opens the session in two processes. */
  async function inTwoProcesses(app: Application, cookies: FakeCookieJar): Promise<[Session, Session]> {
    return [await app.open(cookies.next()), await app.elsewhere().open(cookies.next())];
  }

  /** Locks a step as a process does that is then killed. */
  async function lockFor(app: Application, cookies: FakeCookieJar, seconds: number): Promise<void> {
    const record = await app.read(cookies.tokens[0] ?? '');
    const lock = { by: 'killed', until: app.clock.now() + seconds * 1000 };
    await app.store.alter(record, (opened) => changesOf({ opened, locks: new Map([['step', lock]]) }));
  }

  tests.describe('a step that requests of several processes do at once', () => {
    tests.it('is done by one of them, whose outcome and changes all of them get', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ token: 'old' });
      const managers = [app.manager, app.elsewhere(), app.elsewhere()];
      const opened = managers.flatMap((manager) => [manager, manager, manager]);
      const [late, ...sessions] = await Promise.all(opened.map((manager) => manager.open(cookies.next())));
      let runs = 0;
      const renew = (session?: Session) =>
        session?.exclusive('renew', async () => {
          runs += 1;
          await pass(20);
          session.set('token', `new ${runs}`);
          return { at: new Date(0), runs };
        });
      const outcomes = await Promise.all(sessions.map(renew));
      for (const outcome of outcomes) assert.deepEqual(outcome, { at: new Date(0), runs: 1 });
      for (const session of sessions) assert.equal(session.get('token'), 'new 1');
      assert.deepEqual(await app.find(cookies), { token: 'new 1' });
      // It was opened before the step was done.
      assert.deepEqual(await renew(late), { at: new Date(0), runs: 1 });
      await Promise.all(sessions.map((session) => app.manager.commit(session, cookies.next())));
      const next = await app.elsewhere().open(cookies.next());
      assert.deepEqual(await renew(next), { at: new Date(0), runs: 2 });
    });

    tests.it('counts its changes once, next to those of others', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ count: 1 });
      const [one, other] = await inTwoProcesses(app, cookies);
      one.increment('count');
      await one.exclusive('step', async () => {
        one.push('list', 'a');
        await app.visit(cookies.next(), (session) => session.increment('count', 10));
      });
      one.increment('count', 100);
      await other.exclusive('step', () => assert.fail('it was done twice'));
      assert.deepEqual(other.all(), { count: 12, list: ['a'] });
      other.increment('count', 1000);
      await app.manager.commit(one, cookies.next());
      await app.manager.commit(other, cookies.next());
      assert.deepEqual(await app.find(cookies), { count: 1112, list: ['a'] });
    });

    tests.it('is done again by another process when it failed', async (start) => {
      const app = await start();
      const [one, other] = await inTwoProcesses(app, await app.visitorWith({ cart: 1 }));
      let waiting: Promise<unknown> | undefined;
      const failing = one.exclusive('step', async () => {
        waiting = other.exclusive('step', () => 'done');
        await pass(20);
        throw new Error('refused');
      });
      await assert.rejects(failing, /refused/);
      assert.equal(await waiting, 'done');
    });

    tests.it('waits no longer than its time, nor for a process that was killed in the middle', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      await lockFor(app, cookies, 10);
      const [one, other] = await inTwoProcesses(app, cookies);
      const late = other.exclusive('step', never, { timeout: 0.05 });
      await assert.rejects(late, TIMEOUT);
      app.clock.advance(9);
      const waiting = one.exclusive('step', () => 'done');
      await pass(50);
      app.clock.advance(1);
      assert.equal(await waiting, 'done');
    });

    tests.it('is not done for a session that has ended', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ userId: 'ada' });
      await lockFor(app, cookies, 10);
      const [one, other] = await inTwoProcesses(app, cookies);
      const waiting = one.exclusive('step', () => assert.fail('it was done'));
      const ending = app.visit(cookies.next(), (session) => session.destroy());
      await Promise.all([assert.rejects(waiting, LOST), ending]);
      const late = other.exclusive('step', () => assert.fail('it was done'));
      await assert.rejects(late, LOST);
    });

    tests.it('goes on under another id, and keeps what it set', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ cart: 1 });
      const [one, other] = await inTwoProcesses(app, cookies);
      let after = cookies;
      await one.exclusive('step', async () => {
        after = await app.visit(cookies.next(), (session) => session.regenerate());
        one.set('token', 'new');
      });
      await other.exclusive('step', () => assert.fail('it was done twice'));
      assert.equal(other.get('token'), 'new');
      await app.manager.commit(one, cookies.next());
      await app.manager.commit(other, cookies.next());
      assert.deepEqual(await app.find(after), { cart: 1, token: 'new' });
    });

    tests.it('has no outcome for a session that is too small for it, except where it was done', async (start) => {
      const app = await start({ maxSize: 500 });
      const [one, other] = await inTwoProcesses(app, await app.visitorWith({ cart: 1 }));
      assert.equal(await one.exclusive('step', () => 'x'.repeat(450)), 'x'.repeat(450));
      const lost = other.exclusive('step', () => assert.fail('it was done twice'));
      await assert.rejects(lost, LOST);
    });
  });
}
