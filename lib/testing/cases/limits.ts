import assert from 'node:assert/strict';
import { draftOf } from '../../session/session.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import type { Tests } from '../suite.js';

const LEVELS = 100;
/** More bytes than a store accepts with its default limit. */
const TOO_MUCH = 70_000;

/** Tests the limits of a session: size, depth, names. */
export function describeLimits(tests: Tests): void {
  tests.describe('a session that grows', () => {
    tests.it('is refused when it is too large, and stays what it was', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ name: 'Ada' });
      const added = app.visit(cookies, (session) => session.set('notes', 'x'.repeat(TOO_MUCH)).flash('notice', 'Kept'));
      await assert.rejects(added, { code: 'SESSION_TOO_LARGE' });
      assert.deepEqual(await app.find(cookies), { name: 'Ada' });
      await assert.rejects(app.visitorWith({ notes: 'x'.repeat(TOO_MUCH) }), { code: 'SESSION_TOO_LARGE' });
    });

    tests.it('makes room by what it keeps beside the messages, and loses nothing else', async (start) => {
      const app = await start();
      const until = app.clock.now() + 60_000;
      const tried = await app.open(new FakeCookieJar());
      let most = 1_000;
      while (await app.manager.canKeep(tried.set('notes', 'x'.repeat(2 * most)))) most *= 2;
      const cookies = await app.visit(new FakeCookieJar(), (session) => {
        draftOf(session).flashes.replace('draft', 'x'.repeat(most), { until, yields: true });
        session.set('name', 'Ada').flash('notice', 'Kept');
      });
      assert.equal((await app.open(cookies, false)).flashes.has('draft'), true);
      const full = await app.visit(cookies, (session) => session.set('notes', 'x'.repeat(most)));
      const found = await app.open(full);
      assert.deepEqual([found.get('name'), found.flash('notice'), found.flashes.has('draft')], ['Ada', 'Kept', false]);
    });

    tests.it('is known beforehand to be too large', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ name: 'Ada' });
      for (const visitor of [cookies, new FakeCookieJar()]) {
        const session = await app.open(visitor);
        assert.equal(await app.manager.canKeep(session.set('notes', 'short')), true);
        assert.equal(await app.manager.canKeep(session.set('notes', 'x'.repeat(TOO_MUCH))), false);
        assert.equal(await app.manager.canKeep(session.regenerate()), false);
        assert.equal(await app.manager.canKeep(session.unset('notes')), true);
      }
      assert.deepEqual(await app.find(cookies), { name: 'Ada' });
    });

    tests.it('is refused when it is too large under another id, and stays what it was', async (start) => {
      const app = await start();
      const cookies = await app.visitorWith({ name: 'Ada' });
      const added = app.visit(cookies, (session) => session.regenerate().set('notes', 'x'.repeat(TOO_MUCH)));
      await assert.rejects(added, { code: 'SESSION_TOO_LARGE' });
      assert.deepEqual(await app.find(cookies), { name: 'Ada' });
    });

    tests.it('may hold values as deep as any may be, and none that is deeper', async (start) => {
      const app = await start();
      const deep = { list: nested(LEVELS), map: nested(LEVELS, (inner) => new Map([[1, inner]])) };
      const cookies = await app.visitorWith(deep);
      assert.deepEqual(await app.find(cookies), deep);
      const session = await app.open(cookies);
      for (const levels of [LEVELS + 1, 100_000]) {
        const refusal = { code: 'INVALID_SESSION_VALUE', key: 'deep' };
        assert.throws(() => session.set('deep', nested(levels)), refusal);
        assert.throws(() => session.flash('deep', nested(levels)), refusal);
      }
      assert.deepEqual(session.all(), deep);
    });

    tests.it('may be called by names that sessions and objects have by themselves', async (start) => {
      const names = ['__proto__', 'constructor', 'prototype', 'save', 'destroy', 'toString', 'hasOwnProperty'];
      const app = await start();
      const cookies = await app.visit(new FakeCookieJar(), (session) => {
        for (const name of names) session.set(name, { [name === '__proto__' ? 'x' : name]: name }).flash(name, name);
      });
      const session = await app.open(cookies);
      for (const name of names) {
        assert.deepEqual(session.get(name), { [name === '__proto__' ? 'x' : name]: name });
        assert.equal(session.flash(name), name);
      }
      assert.deepEqual(Object.keys(session.all()), names);
      assert.equal(Object.getPrototypeOf(session.all()), Object.prototype);
      assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
    });
  });
}

function nested(levels: number, around: (inner: unknown) => unknown = (inner) => [inner]): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = around(value);
  return value;
}
