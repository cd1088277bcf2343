import assert from 'node:assert/strict';
import type { ListedSession } from '../../session/listed-session.js';
import type { SessionListing } from '../../session/registry/session-directory.js';
import { draftOf, type Session } from '../../session/session.js';
import { type Application, COOKIE, HOUR } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import type { Tests } from '../suite.js';

/** What a visitor from outside could put into an address as the place to continue. */
const FOREIGN_PLACES = ['', '0', ' ', "'; --", '%', '*', '\0', 'é💂', '../..', 'to:from:', '-1', 'x'.repeat(3000)];

/** Tests the lists of all sessions, in stores that can list sessions. */
export function describeAllSessions(tests: Tests): void {
  const signIn = (app: Application, userId: string, values = {}, cookies = new FakeCookieJar()) =>
    app.visit(cookies, (session) => draftOf(session).signIn({ userId, ...values }, app.clock.now()));
  const signInMany = (app: Application, users: readonly string[]) =>
    Promise.all(users.map((userId) => signIn(app, userId)));

  tests.describe('all sessions', () => {
    tests.it('are listed page by page, each of them once, guests included', async (start) => {
      const app = await start();
      await signInMany(app, USERS);
      await app.visitorWith({ cart: 1 });
      const pages = await pagesOf(app, { limit: 4 });
      assert.deepEqual(usersOf(pages.flat()), [...USERS, 'guest'].sort());
      assert.equal(new Set(pages.flat().map(({ id }) => id)).size, USERS.length + 1);
      assert.ok(
        pages.every((page) => page.length <= 4),
        'a page is longer than its limit',
      );
      assert.equal(await app.registry.count(), USERS.length + 1);
    });

    tests.it('are none where there are none', async (start) => {
      const app = await start();
      assert.deepEqual(await app.registry.listAll(), { sessions: [], next: undefined });
      assert.equal(await app.registry.count(), 0);
    });

    tests.it('are listed under names that are no cookies, and that end them', async (start) => {
      const app = await start();
      const cookies = await signIn(app, 'ada');
      const [listed] = (await app.registry.listAll()).sessions;
      assert.ok(listed, 'the session is not listed');
      assert.equal(await app.store.read(listed.id), undefined);
      assert.equal(cookies.values(COOKIE).includes(listed.id), false);
      assert.equal(await app.registry.revoke(listed.id), true);
      assert.deepEqual(await app.find(cookies), {});
    });

    tests.it('are found by their values, on pages that are full', async (start) => {
      const app = await start();
      for (const [at, userId] of USERS.entries()) {
        await signIn(app, userId, {
          tenantId: at % 3 === 0 ? 'acme' : 'umbrella',
          roles: [`role-${at % 2}`],
          seats: at,
        });
      }
      const expected = USERS.filter((_, at) => at % 3 === 0);
      const pages = await pagesOf(app, { limit: 2, by: { tenantId: 'acme' } });
      assert.deepEqual(usersOf(pages.flat()), expected);
      assert.ok(
        pages.slice(0, -1).every((page) => page.length === 2),
        'a page that is not the last is not full',
      );
      assert.equal(await app.registry.count({ by: { roles: 'role-1', tenantId: ['acme', 'umbrella'] } }), 6);
      assert.equal(await app.registry.count({ by: { seats: 3 } }), 1);
      assert.equal(await app.registry.count({ by: { seats: '3' } }), 0);
    });

    tests.it('do not contain those that have ended, expired, become empty or got another id', async (start) => {
      const app = await start();
      await signIn(app, 'expired');
      app.clock.advance((HOUR * 5) / 6);
      await app.visit(await signIn(app, 'ended'), (session) => session.destroy());
      await app.visit(await app.visitorWith({ cart: 1 }), (session) => session.unset('cart'));
      await app.visit(await signIn(app, 'moved'), (session) => session.regenerate());
      await signIn(app, 'again', {}, await signIn(app, 'replaced'));
      app.clock.advance(HOUR / 4);
      assert.deepEqual(usersOf(await allOf(app)), ['again', 'moved']);
      assert.equal(await app.registry.count(), 2);
    });

    tests.it('are all found although each gets another id while the pages are read', async (start) => {
      const app = await start();
      let browsers = await signInMany(app, USERS);
      const found: ListedSession[] = [];
      for (let after: string | undefined, isLast = false; !isLast; ) {
        const { sessions, next } = await app.registry.listAll({ after, limit: 3 });
        found.push(...sessions);
        browsers = await changed(app, browsers);
        isLast = next === undefined;
        after = next;
      }
      assert.deepEqual([...new Set(usersOf(found))], USERS);
    });

    tests.it('are not twice on a page, however many requests change them meanwhile', async (start) => {
      const app = await start();
      const browsers = await signInMany(app, USERS);
      const listing = Promise.all(Array.from({ length: 5 }, () => app.registry.listAll({ limit: 100 })));
      const changing = changed(app, browsers).then((next) => changed(app, next));
      for (const { sessions } of await listing) assert.deepEqual(usersOf(sessions), USERS);
      await changing;
    });

    tests.it('begin at the first page, or end, where the place to continue is not one of the store', async (start) => {
      const app = await start();
      await signInMany(app, USERS);
      for (const after of FOREIGN_PLACES) {
        const found = usersOf((await app.registry.listAll({ after })).sessions);
        assert.ok(
          found.every((user) => USERS.includes(user)),
          `after ${after}`,
        );
      }
    });

    tests.it('end by a value, and no others', async (start) => {
      const app = await start();
      const [ada, bob] = [
        await signIn(app, 'ada', { tenantId: 'acme' }),
        await signIn(app, 'bob', { tenantId: 'other' }),
      ];
      await signIn(app, 'eve', { tenantId: 'acme' });
      assert.equal(await app.registry.endAll({ by: { tenantId: 'acme' } }), 2);
      assert.deepEqual(await app.find(ada), {});
      assert.equal((await app.find(bob)).userId, 'bob');
      assert.deepEqual(usersOf(await allOf(app)), ['bob']);
    });
  });
}

const USERS = Array.from({ length: 12 }, (_, at) => `user-${String(at).padStart(2, '0')}`);

async function pagesOf(app: Application, listing: SessionListing): Promise<(readonly ListedSession[])[]> {
  const pages: (readonly ListedSession[])[] = [];
  for (let after: string | undefined; ; ) {
    const { sessions, next } = await app.registry.listAll({ ...listing, after });
    pages.push(sessions);
    if (next === undefined) return pages;
    after = next;
  }
}

async function allOf(app: Application): Promise<readonly ListedSession[]> {
  return (await pagesOf(app, {})).flat();
}

function usersOf(sessions: readonly ListedSession[]): string[] {
  return sessions.map(({ userId }) => userId ?? 'guest').sort();
}

/** Gives each session another id. @returns The browsers with their new cookies. */
function changed(app: Application, browsers: readonly FakeCookieJar[]): Promise<FakeCookieJar[]> {
  return Promise.all(browsers.map((cookies) => app.visit(cookies, (session: Session) => session.regenerate())));
}
