import assert from 'node:assert/strict';
import { SessionId } from '../../session/record/session-id.js';
import { COOKIE } from '../application.js';
import { FakeCookieJar } from '../fake-cookie-jar.js';
import type { Tests } from '../suite.js';

/** Tests tokens from untrusted sources. */
export function describeTokens(tests: Tests): void {
  tests.describe('a token that nobody was given', () => {
    const hostile: [string, string][] = [
      ['nothing', ''],
      ['a space', ' '],
      ['a word', 'session'],
      ['an id that was never given', 'a'.repeat(43)],
      ['a name that objects have by themselves', '__proto__'],
      ['a seal without contents', 'Fe26.2*1*******~2'],
      ['a seal under a key that objects have by themselves', 'Fe26.2*constructor*a*a*a*1*a*a~2'],
      ['a version without a seal', '~2'],
      ['JSON', '{"id":"x"}'],
      ['percent signs', '%00%ff%'],
      ['NUL and line breaks', '\0\r\n'],
      ['letters beyond ASCII', 'é\ud800😀'],
      ['100 KB of one letter', 'a'.repeat(100_000)],
      ['100 KB of separators', '*'.repeat(100_000)],
      ['100 KB in the form of a seal', `Fe26.2*1*${'a'.repeat(100_000)}*a*a**a*a~2`],
    ];

    for (const [what, token] of hostile) {
      tests.it(`stands for no session: ${what}`, async (start) => {
        const app = await start();
        await app.write({ set: { cart: 1 } });
        assert.equal(await app.store.read(token), undefined);
      });

      tests.it(`gives a fresh session, and is left to whoever put it there: ${what}`, async (start) => {
        const app = await start();
        const cookies = FakeCookieJar.carrying(COOKIE, token);
        const session = await app.open(cookies);
        assert.equal(session.isNew, true);
        assert.equal(session.isEmpty, true);
        assert.notEqual(session.id, token);
        await app.manager.commit(session, cookies);
        assert.equal(cookies.size, 0);
      });
    }

    tests.it('never becomes the token of the session that begins', async (start) => {
      const app = await start();
      const chosen = SessionId.generate();
      const cookies = await app.visit(FakeCookieJar.carrying(COOKIE, chosen), (session) => session.set('cart', 1));
      assert.equal(cookies.tokens.filter((token) => token !== chosen).length, 1);
      assert.notEqual((await app.open(cookies)).id, chosen);
      assert.deepEqual(await app.find(FakeCookieJar.carrying(COOKIE, chosen)), {});
    });

    tests.it('is made by no change of a character in one that was', async (start) => {
      const app = await start();
      const { token, record } = await app.write({ set: { userId: 'ada' } });
      const changed = Array.from(token, (character, at) =>
        [character === 'A' ? 'B' : 'A', '~', '*'].map((other) => token.slice(0, at) + other + token.slice(at + 1)),
      ).flat();
      const opened = await Promise.all(changed.filter((text) => text !== token).map((text) => app.store.read(text)));
      const sessions = opened.filter((found) => found !== undefined);
      // The format of a seal leaves a little open: the version number at its end, and the unused bits of the last
      // character of a base64 string. A token with such a change may open, and then it is the same session.
      assert.ok(sessions.length <= 12, `${sessions.length} changed tokens were accepted`);
      assert.deepEqual(
        sessions,
        sessions.map(() => record),
      );
    });

    tests.it('is made by no part of one that was, and by nothing added in front', async (start) => {
      const app = await start();
      const { token } = await app.write({ set: { userId: 'ada' } });
      const parts = [...Array(token.length - 2).keys()].map((length) => token.slice(0, length));
      const others = [...parts, `a${token}`, ` ${token}`, token.slice(1), token.toUpperCase()];
      const found = await Promise.all(others.map((text) => app.store.read(text)));
      assert.deepEqual(
        found.filter((record) => record !== undefined),
        [],
      );
    });
  });

  tests.describe('several cookies of the session’s name', () => {
    tests.it('give the session of the only one that is valid', async (start) => {
      const app = await start();
      const token = await app.tokenOf({ cart: 1 });
      assert.deepEqual(await app.find(FakeCookieJar.carrying(COOKIE, 'planted', token)), { cart: 1 });
      assert.deepEqual(await app.find(FakeCookieJar.carrying(COOKIE, token, 'planted')), { cart: 1 });
    });

    tests.it('give the session that was written last when several are one visitor’s, and become one', async (start) => {
      const app = await start();
      const first = await app.tokenOf({ userId: 'ada', cart: 1 });
      app.clock.advance(1);
      const second = await app.tokenOf({ userId: 'ada', cart: 2 });
      const cookies = FakeCookieJar.carrying(COOKIE, first, second);
      assert.deepEqual(await app.find(cookies), { userId: 'ada', cart: 2 });
      const next = await app.visit(cookies);
      assert.equal(next.values(COOKIE).length, 1);
      assert.deepEqual(await app.find(next), { userId: 'ada', cart: 2 });
    });

    tests.it('give a guest when they are of two users, and are removed', async (start) => {
      const app = await start();
      const tokens = [await app.tokenOf({ userId: 'ada' }), await app.tokenOf({ userId: 'bob' })];
      const cookies = FakeCookieJar.carrying(COOKIE, ...tokens);
      assert.deepEqual(await app.find(cookies), {});
      assert.deepEqual((await app.visit(cookies)).values(COOKIE), []);
    });

    tests.it('give a guest when none is valid', async (start) => {
      assert.deepEqual(await (await start()).find(FakeCookieJar.carrying(COOKIE, 'one', 'two')), {});
    });
  });
}
