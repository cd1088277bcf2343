import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';
import { documentedFiles } from '../support/documented-file.js';
import { guarded, madeSite, PAGE } from '../support/made-site.js';
import { LATER, pass } from '../support/movable-clock.js';

const DAY = 24 * 3600;
/** A session is renewed after 100 seconds, and ends after 700 to 800 without a request. */
const SESSION = {
  idleTimeout: 700,
  absoluteTimeout: 7000,
  renewAfter: 100,
  rememberMe: { idleTimeout: 7 * DAY, absoluteTimeout: 30 * DAY },
  quiet: ['/api/notifications/**', '/moved'],
};

const endpoint = (code: string, before = '') => `
  import * as gatehouse from 'astro-gatehouse/server';
  const left = ({ expiresAt }) => (expiresAt ? Math.round((expiresAt.getTime() - Date.now()) / 1000) : 'none');
  ${before}
  export const ALL = async (context) => {
    const { locals: { session }, url, params } = context;
    ${code}
  };`;

const SITE = madeSite(
  `{ protect: [
    { pattern: '/account/**', remembered: false },
    { pattern: '/desk', role: 'customer', remembered: false, methods: ['GET'] },
  ] }`,
  {
    'src/gatehouse.ts': `
      import { defineGatehouse } from 'astro-gatehouse/server';
      // The time of the whole server, seals and documented code included, stands still but for the page /later.
      const start = Date.now();
      Date.now = () => start + (globalThis.ahead ?? 0);
      export default defineGatehouse({
        store: { use: process.env.STORE },
        session: JSON.parse(process.env.SESSION),
        identify: ({ headers }) => (headers.get('x-key') === 'k' ? { userId: 'robot', role: 'customer' } : undefined),
        access: { impersonate: { role: 'support' } },
      });`,
    'src/middleware.ts': `export const onRequest = ({ url, rewrite }, next) =>
      url.pathname === '/moved' ? next('/who') : url.pathname === '/to-poll' ? next('/api/notifications/a') : next();`,
    'src/pages/login.ts': endpoint(`
      const { userId = 'ada', role = 'customer', by, ...options } = JSON.parse(url.searchParams.get('with') ?? '{}');
      const user = { userId, role };
      try {
        if (by === 'context first') await gatehouse.setSession(context, user, options);
        else if (by === 'context second') await gatehouse.setSession(user, context, options);
        else await gatehouse.signIn(user, options, context);
      } catch (error) { return new Response(error.code + ': ' + error.message); }
      return new Response('in ' + left(session));`),
    'src/pages/logout.ts': endpoint(`await gatehouse.signOut(context); return new Response('out ' + left(session));`),
    'src/pages/impersonate.ts': endpoint(
      `await gatehouse.impersonate({ userId: 'cleo', role: 'customer' }, context); return new Response('cleo');`,
    ),
    'src/pages/set.ts': endpoint(`session.set('cart', url.search); return new Response('set ' + left(session));`),
    'src/pages/leave.ts': endpoint(`session.flash('notice', 'Saved'); return new Response('left');`),
    'src/pages/show.astro': `---\nconst notice = Astro.locals.session.flash('notice');\n---\n<p>{notice ?? 'nothing'}</p>`,
    'src/pages/who.ts': endpoint(
      `return new Response([session.get('userId') ?? 'nobody', session.get('cart') ?? '-', left(session)].join(' '));`,
    ),
    'src/pages/api/notifications/[id].ts': endpoint(`
      if (params.id === 'set') session.set('cart', 'quiet');
      if (params.id === 'flash') return new Response(session.flash('notice') ?? 'nothing');
      if (params.id === 'public') return new Response('public', { headers: { 'Cache-Control': 'public, max-age=60' } });
      return new Response([session.get('userId') ?? 'nobody', session.get('cart') ?? '-', left(session)].join(' '));`),
    'src/pages/account/index.astro': PAGE,
    'src/pages/desk.astro': PAGE,
    'src/pages/guarded.astro': guarded(`{ role: 'customer', remembered: false }`),
    'src/pages/authorized.astro': `---
import { authorize } from 'astro-gatehouse/server';
await authorize({ remembered: false }, Astro);
---
${PAGE}`,
    'src/pages/can.astro': `---
import { Can } from 'astro-gatehouse/components';
---
<Can remembered={false}>fully<p slot="otherwise">only remembered</p></Can>`,
    ...documentedFiles('docs/sessions.md', ['src/pages/api/session.ts']),
    ...LATER,
  },
);

const QUIET = { headers: { 'X-Session-Quiet': '1' } };

let app: App;
beforeAll(async () => {
  app = await SITE.build();
});
afterAll(() => app?.remove());

describe.each(['cookie', 'memory'])('How long a session lasts, in the store %s', (store) => {
  let server: Server;
  let untilClosed: Server;

  beforeAll(async () => {
    const serve = (session: object) =>
      app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store, SESSION: JSON.stringify({ ...SESSION, ...session }) });
    [server, untilClosed] = await Promise.all([serve({}), serve({ endsWithBrowser: true })]);
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), untilClosed?.stop()]);
  });

  const login = (browser: Browser, how: object = {}) =>
    browser.get(`/login?with=${encodeURIComponent(JSON.stringify(how))}`);
  async function visitor(how: object = {}, at = server): Promise<Browser> {
    const browser = new Browser(at);
    expect((await login(browser, how)).text).toMatch(/^in \d+$/);
    return browser;
  }
  const who = async (browser: Browser) => (await browser.get('/who')).text;
  const poll = async (browser: Browser, id = 'a') => (await browser.get(`/api/notifications/${id}`)).text;
  /** The Max-Age of each cookie that an answer sets and does not remove; `undefined` for one without it and Expires. */
  const agesOf = ({ setCookies }: Answer) =>
    setCookies
      .filter((cookie) => !/Max-Age=0/i.test(cookie))
      .map((cookie) => /(?:Max-Age|Expires)=([^;]+)/i.exec(cookie)?.[1]);

  describe('with endsWithBrowser', () => {
    it('is until the browser is closed: for a guest, for who signs in, and after each renewal', async () => {
      const browser = new Browser(untilClosed);
      expect(agesOf(await browser.get('/set'))).toEqual([undefined]);
      await pass(100_000, untilClosed);
      expect(agesOf(await browser.get('/who'))).toEqual([undefined]);
      expect(agesOf(await login(browser))).toEqual([undefined]);
      await pass(100_000, untilClosed);
      expect(agesOf(await browser.get('/who'))).toEqual([undefined]);
      expect(agesOf(await login(browser, { role: 'other', idleTimeout: 300 }))).toEqual([undefined]);
      await pass(350_000, untilClosed);
      expect(await who(browser)).toBe('nobody - none');
    });

    it('is longer for who asks to be remembered, and only until their next sign-in without', async () => {
      const browser = new Browser(untilClosed);
      expect(agesOf(await login(browser, { rememberMe: true }))).toEqual([String(7 * DAY + 100), undefined]);
      await pass(100_000, untilClosed);
      expect(agesOf(await browser.get('/who'))).toEqual([String(7 * DAY + 100)]);
      expect(agesOf(await login(browser))).toEqual([undefined]);
    });

    it('is only remembered once the browser was closed, so that some pages ask for another sign-in', async () => {
      const browser = await visitor({ rememberMe: true }, untilClosed);
      const status = async (opened: Browser) => (await opened.get('/account')).status;
      expect(await status(browser)).toBe(200);
      const reopened = browser.copy();
      for (const name of reopened.cookies.keys()) if (name.endsWith('.open')) reopened.cookies.delete(name);
      expect([await who(reopened), await status(reopened)]).toEqual([expect.stringMatching(/^ada/), 302]);
      expect(await status(browser)).toBe(200);
      await login(reopened, { rememberMe: true });
      expect(await status(reopened)).toBe(200);
      await reopened.get('/logout');
      expect(reopened.namesBesideMark).toEqual([]);
    });

    it('ends with a sign-out as always, of which at most a mark remains', async () => {
      const browser = await visitor({}, untilClosed);
      await browser.get('/logout');
      expect(browser.namesBesideMark).toEqual([]);
      expect(await who(browser)).toBe('nobody - none');
    });
  });

  describe('by sign-in', () => {
    it.each([undefined, 'context first', 'context second'])('is what the call sets (%s)', async (by) => {
      const browser = new Browser(server);
      const answer = await login(browser, { by, idleTimeout: 70, absoluteTimeout: 200 });
      expect([answer.text, agesOf(answer)]).toEqual(['in 80', ['80']]);
      await pass(9_000, server);
      expect(agesOf(await browser.get('/who'))).toEqual([]);
      await pass(1_000, server);
      expect(await who(browser)).toBe('ada - 80');
      await pass(75_000, server);
      expect(await who(browser)).toMatch('ada - 80');
      await pass(74_000, server);
      expect(await who(browser)).toMatch(/^ada - 4\d$/);
      await pass(42_000, server);
      expect(await who(browser)).toBe('nobody - none');
    });

    it('stays so under another id, and is what is configured after the next sign-in', async () => {
      const browser = await visitor({ idleTimeout: 70 });
      expect((await browser.get('/set?a')).text).toBe('set 80');
      expect((await login(browser)).text).toBe('in 800');
      expect((await login(browser, { rememberMe: true, absoluteTimeout: DAY })).text).toBe(`in ${DAY}`);
      expect((await login(browser, { userId: 'bob' })).text).toBe('in 800');
    });

    it.each([
      [{ idleTimeout: 0 }, '"idleTimeout" must be a number of seconds greater than 0, not 0.'],
      [{ absoluteTimeout: '1h' }, `"absoluteTimeout" must be a number of seconds greater than 0, not '1h'.`],
      [
        { idleTimeout: 8000 },
        '"idleTimeout" must be at most the absoluteTimeout of this sign-in, 7000 seconds, not 8000',
      ],
      [{ absoluteTimeout: 31 * DAY }, `"absoluteTimeout" must be at most ${30 * DAY} seconds`],
    ])('is refused with its name and value: %j', async (how, expected) => {
      const browser = new Browser(server);
      const { text } = await login(browser, how);
      expect(text).toMatch(/^INVALID_VISITOR: /);
      expect(text).toContain(expected);
      expect(await who(browser)).toBe('nobody - none');
    });
  });

  describe('beside quiet requests', () => {
    it.each([
      ['a pattern', '/api/notifications/a', {}],
      ['a pattern, in another spelling', '/api//notifications/%61/', {}],
      ['a header', '/who', QUIET],
    ])('is not extended by them, and they know when it ends: by %s', async (_, path, visit) => {
      const browser = await visitor();
      await pass(750_000, server);
      const answer = await browser.get(path, visit);
      expect([answer.text, answer.setCookies]).toEqual(['ada - 50', []]);
      expect(answer.headers.get('cache-control')).toContain('no-store');
      await pass(48_000, server);
      expect((await browser.get(path, visit)).text).toMatch(/^ada - [12]$/);
      await pass(3_000, server);
      const late = await browser.get(path, visit);
      expect([late.text, late.setCookies]).toEqual(['nobody - none', []]);
    });

    it('is extended by every other request, and by one that is quiet only in part', async () => {
      const browser = await visitor();
      for (const path of ['/who', '/moved', '/to-poll']) {
        await pass(750_000, server);
        expect([path, (await browser.get(path)).text]).toEqual([path, 'ada - 800']);
      }
      await pass(750_000, server);
      expect((await browser.get('/who', { headers: { 'X-Session-Quiet': '0' } })).text).toBe('ada - 800');
    });

    it('is not extended by what they store, unless somebody signs in', async () => {
      const browser = await visitor();
      await pass(700_000, server);
      expect(await poll(browser, 'set')).toBe('ada quiet 100');
      const changed = await browser.get('/set?x', QUIET);
      expect([changed.text, agesOf(changed)]).toEqual(['set 100', store === 'cookie' ? ['100'] : []]);
      expect((await browser.get('/who', QUIET)).text).toBe('ada ?x 100');
      expect((await browser.get('/login?with={"userId":"bob"}', QUIET)).text).toBe('in 800');
      expect((await browser.get('/logout', QUIET)).text).toBe('out none');
      expect(await who(browser)).toBe('nobody - none');
    });

    it('leaves messages and the caching of other answers to them as they are', async () => {
      const browser = await visitor();
      await browser.get('/leave');
      expect(await poll(browser, 'flash')).toBe('nothing');
      expect((await browser.get('/show', QUIET)).text).toContain('nothing');
      const { headers, setCookies } = await browser.get('/api/notifications/public');
      expect([headers.get('cache-control'), setCookies]).toEqual(['public, max-age=60', []]);
      expect((await browser.get('/show')).text).toContain('Saved');
    });

    it('opens nothing for who sends the header', async () => {
      const { status, location } = await new Browser(server).get('/account', QUIET);
      expect([status, location]).toEqual([302, '/login?returnTo=%2Faccount']);
    });

    it('can be asked for, and extended, as the documentation shows', async () => {
      const browser = await visitor();
      const left = async (answer: Promise<Answer>) => JSON.parse((await answer).text).secondsLeft;
      await pass(690_000, server);
      expect(await left(browser.get('/api/session', QUIET))).toBeCloseTo(110, -1);
      await pass(10_000, server);
      expect(await left(browser.get('/api/session', QUIET))).toBeLessThanOrEqual(100);
      const extended = await browser.post('/api/session');
      expect([JSON.parse(extended.text).secondsLeft, agesOf(extended)]).toEqual([expect.any(Number), ['800']]);
      expect(JSON.parse(extended.text).secondsLeft).toBeGreaterThanOrEqual(799);
      expect(await left(browser.get('/api/session', QUIET))).toBeGreaterThan(790);
      await pass(800_000, server);
      expect(await left(browser.get('/api/session', QUIET))).toBe(0);
      expect(await left(new Browser(server).get('/api/session', QUIET))).toBe(0);
    });
  });

  describe('and is only remembered after the time of others', () => {
    const PAGES = ['/account', '/desk', '/guarded', '/authorized'];
    const seen = async (browser: Browser, headers: Record<string, string> = {}) =>
      Promise.all(
        [...PAGES, '/can'].map(async (path) => {
          const { status, location, text } = await browser.copy().get(path, { headers });
          return location ?? (path === '/can' ? /fully|only remembered/.exec(text)?.[0] : status);
        }),
      );
    const ADMITTED = [200, 200, 200, 200, 'fully'];
    const AGAIN = [...PAGES.map((path) => `/login?returnTo=%2F${path.slice(1)}&reauthenticate=1`), 'only remembered'];

    it('so that pages with remembered: false ask for another sign-in, and no others', async () => {
      const browser = await visitor({ rememberMe: true });
      expect(await seen(browser)).toEqual(ADMITTED);
      await pass(790_000, server);
      expect(await seen(browser)).toEqual(ADMITTED);
      expect(await who(browser)).toMatch(/^ada/);
      await pass(801_000, server);
      expect(await seen(browser)).toEqual(AGAIN);
      expect(await who(browser)).toMatch(/^ada/);
      expect(await seen(browser)).toEqual(AGAIN);
      await browser.get('/set?y');
      expect(await seen(browser)).toEqual(AGAIN);
      await login(browser, { rememberMe: true });
      expect(await seen(browser)).toEqual(ADMITTED);
    });

    it('also when it was used all the time, and for who did not ask only the end', async () => {
      const [remembered, other] = [await visitor({ rememberMe: true }), await visitor()];
      for (let passed = 0; passed < 7000; passed += 700) {
        expect([await who(remembered), await who(other)]).toEqual([
          expect.stringMatching(/^ada/),
          expect.stringMatching(/^ada/),
        ]);
        await pass(700_000, server);
      }
      expect(await who(other)).toBe('nobody - none');
      expect(await seen(remembered)).toEqual(AGAIN);
    });

    it('which programs are told with 401, keys do not prove, and nobody can impersonate away', async () => {
      const browser = await visitor({ rememberMe: true });
      await pass(801_000, server);
      const program = await browser.get('/account', { headers: { accept: 'application/json' } });
      expect([program.status, JSON.parse(program.text).code]).toEqual([401, 'SIGN_IN_AGAIN']);
      expect(await seen(new Browser(server), { 'x-key': 'k' })).toEqual(AGAIN);
      const support = await visitor({ userId: 'sam', role: 'support' });
      await support.get('/impersonate');
      expect(await who(support)).toMatch(/^cleo/);
      const refused = await support.get('/account', { headers: { accept: 'application/json' } });
      expect([refused.status, JSON.parse(refused.text).code]).toEqual([403, 'IMPERSONATED']);
    });
  });
});
