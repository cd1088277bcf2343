import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser, type Visit } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

const SERVER = `from 'astro-gatehouse/server';`;
/** Code that returns the visitor as a page, a component, an endpoint or an action sees it. */
const SEEN = `
  import { getSession, hasRole, isAuthenticated } ${SERVER}
  export const seen = ({ locals }) => ({
    locals: typeof locals.session?.set === 'function' ? 'our session' : locals.session === undefined ? 'undefined' : locals.session,
    isNobody: !locals.session,
    session: getSession(),
    visitor: locals.visitor.id ?? null,
    roles: locals.visitor.roles,
    isAuthenticated: isAuthenticated(),
    isAdmin: hasRole('admin'),
  });`;
const page = (more = '') => `---
  import { seen } from '../seen';
  import Nested from '../components/Nested.astro';
  ${more}
  ---
  <p id="page">{JSON.stringify(seen(Astro))}</p><Nested />`;

const FILES = {
  'src/seen.js': SEEN,
  // The visitor that the header names, as a library of the application's own would find one.
  'src/middleware.js': `
    import { hasRole } ${SERVER}
    export const onRequest = async (context, next) => {
      const { headers } = context.request;
      const known = headers.get('x-known');
      if (headers.has('x-before')) context.locals.session.set('before', headers.get('x-before'));
      if (known !== null) context.locals.session = known === 'undefined' ? undefined : JSON.parse(known);
      if (headers.has('x-fill')) Object.assign(context.locals.session, JSON.parse(headers.get('x-fill')));
      if (headers.has('x-take-back')) context.locals.session = context.locals.services.session;
      if (headers.has('x-delete')) delete context.locals.session;
      if (headers.has('x-define')) {
        const value = JSON.parse(headers.get('x-define'));
        const property = headers.has('x-getter') ? { get: () => value } : { value, writable: true };
        Object.defineProperty(context.locals, 'session', { ...property, configurable: !headers.has('x-fixed'), enumerable: true });
      }
      if (headers.has('x-rewrite')) return next(headers.get('x-rewrite'));
      const answer = await next();
      if (headers.has('x-ask')) answer.headers.set('x-admin', String(hasRole('admin')));
      return answer;
    };`,
  'src/components/Nested.astro': `---
    import { seen } from '../seen';
    await Promise.resolve();
    ---
    <p id="nested">{JSON.stringify(seen(Astro))}</p>`,
  'src/components/Panel.astro': `---
    import { seen } from '../seen';
    ---
    <p id="island">{JSON.stringify(seen(Astro))}</p>`,
  'src/pages/page.astro': page(),
  'src/pages/island.astro': `---
    import Panel from '../components/Panel.astro';
    ---
    <html><head></head><body><Panel server:defer /></body></html>`,
  'src/pages/form.astro': page(`
    import { actions } from 'astro:actions';
    const outcome = Astro.getActionResult(actions.who);
    if (outcome) return new Response(JSON.stringify(outcome.data));`),
  'src/pages/404.astro': page(),
  'src/pages/500.astro': page(),
  'src/pages/seen.js': `import { seen } from '../seen';\nexport const GET = (context) => Response.json(seen(context));`,
  'src/pages/admin.astro': page(),
  'src/pages/members.astro': page(),
  'src/pages/recent.astro': page(),
  'src/actions/index.js': `
    import { defineAction } from 'astro:actions';
    import { seen } from '../seen';
    export const server = {
      who: defineAction({ accept: 'form', handler: (_, context) => seen(context) }),
      removeAll: defineAction({ accept: 'form', handler: () => 'removed' }),
    };`,
  'src/pages/login.js': `
    import { setSession } ${SERVER}
    import { seen } from '../seen';
    export const POST = async (context) => {
      const { fails, ...user } = await context.request.json();
      await setSession(context, user);
      if (fails) throw new Error('after the sign-in');
      return Response.json(seen(context));
    };`,
  'src/pages/logout.js': `
    import { clearSession } ${SERVER}
    import { seen } from '../seen';
    export const POST = async (context) => {
      await clearSession(context);
      return Response.json(seen(context));
    };`,
  'src/pages/update.js': `
    import { updateSession } ${SERVER}
    import { seen } from '../seen';
    export const POST = async (context) => {
      await updateSession(context, await context.request.json());
      return Response.json(seen(context));
    };`,
  'src/pages/set.js': `
    export const POST = async ({ locals: { services }, request }) => {
      for (const [key, value] of Object.entries(await request.json())) services.session.set(key, value);
      services.session.flash('notice', 'left with ' + Object.keys(services.session.all()));
      return Response.json(services.session.all());
    };`,
  'src/pages/own.js': `
    import { FlashBag, Session } ${SERVER}
    export const GET = ({ locals: { services } }) =>
      Response.json({ values: services.get(Session).all(), notice: services.get(FlashBag).get('notice') ?? null });`,
  'src/gatehouse.ts': `
    import { AsyncLocalStorage } from 'node:async_hooks';
    import { defineGatehouse } ${SERVER}
    const own = new AsyncLocalStorage<any>();
    // Determines the visitor, where the server is started with it.
    const context = {
      runWithContext: (scope, run) => own.run(scope, run),
      getContextStore: () => {
        const scope = own.getStore();
        const known = scope?.headers.get('x-in-context');
        if (known === 'spread') return { ...scope, requestId: 1 };
        return known ? { session: JSON.parse(known), requestId: 1 } : scope;
      },
      access: { reload: async ({ userId }) =>
        userId === 'gone' ? null : { email: userId + '@site.example', role: userId === 'bob' ? 'user' : 'admin' } },
    };
    export default defineGatehouse(process.env.CONTEXT === 'own' ? context : {});`,
  'src/pages/premium.astro': '<h1>premium</h1>',
  'src/pages/caught.js': `
    import { AccessDeniedError, requireSession } ${SERVER}
    export const GET = () => {
      try {
        return new Response('hello ' + requireSession().userId);
      } catch (error) {
        if (error instanceof Response && error instanceof AccessDeniedError) return error;
        throw error;
      }
    };`,
  'src/pages/uncaught.js': `import { requireSession } ${SERVER}\nexport const GET = () => new Response(requireSession().userId);`,
  'src/pages/throws.astro': `---\nthrow new Error('thrown by a page');\n---`,
  'src/pages/refuses.astro': `---\nimport { authorize } ${SERVER}\nawait authorize({ role: 'chief' });\n---`,
};
const OPTIONS = `{
  loginPath: '/sign-in',
  protect: [
    { pattern: '/admin', role: 'admin' },
    { pattern: '/members' },
    { pattern: '/recent', authenticatedWithin: 3600 },
    { pattern: '/premium', allow: (session) => session?.plan },
    { action: 'removeAll', role: 'admin' },
  ],
}`;
const GUEST = { session: null, visitor: null, roles: [], isAuthenticated: false, isAdmin: false };
const ADMIN = { userId: 'ada', role: 'admin', permissions: ['x'] };

/** Returns the visitor that a part of a page has rendered. */
function said({ text }: Answer, part: 'page' | 'nested' | 'island' = 'page'): Record<string, unknown> {
  const [, json = 'null'] = new RegExp(`<p id="${part}"[^>]*>(.*?)</p>`, 's').exec(text) ?? [];
  return JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&#34;', '"'));
}

describe.each(['built', 'developed'] as const)('A site whose own middleware assigns the visitor, %s,', (way) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = madeSite(OPTIONS, FILES);
    if (way === 'built') await app.build();
    server = await (way === 'built' ? app.serve() : app.serveWith('dev'));
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  const knowing = (known: unknown, headers: Record<string, string> = {}): Visit => ({
    headers: { 'x-known': known === undefined ? 'undefined' : JSON.stringify(known), ...headers },
  });
  const send = async (browser: Browser, path: string, values: object, visit: Visit = {}) =>
    browser.visit(path, { ...visit, method: 'POST', body: JSON.stringify(values) });
  async function signedIn(values: object = ADMIN): Promise<Browser> {
    const browser = new Browser(server);
    expect((await send(browser, '/login', values)).status).toBe(200);
    return browser;
  }
  const own = async (browser: Browser) => JSON.parse((await browser.get('/own')).text);

  it('passes only the assigned visitor to pages, components, endpoints, actions and islands', async () => {
    const browser = await signedIn();
    const bob = { userId: 'bob', plan: 'pro' };
    const expected = { ...GUEST, locals: bob, isNobody: false, session: bob, visitor: 'bob', isAuthenticated: true };
    const opened = await browser.get('/page', knowing(bob, { 'x-ask': '1' }));
    expect(said(opened)).toEqual(expected);
    expect(said(opened, 'nested')).toEqual(expected);
    expect(opened.headers.get('x-admin')).toBe('false');
    expect(JSON.parse((await browser.get('/seen', knowing(bob))).text)).toEqual(expected);
    expect(said(await browser.get('/nothing-there', knowing(bob)))).toEqual(expected);
    expect(said(await browser.get('/seen', knowing(bob, { 'x-rewrite': '/page' })))).toEqual(expected);
    const called = await browser.visit('/_actions/who', { method: 'POST', form: {}, ...knowing(bob) });
    expect(called.text).toContain('"bob"');
    expect(called.text).not.toContain('admin');
    const sent = await browser.post('/form?_action=who', {}, knowing(bob));
    expect(JSON.parse(sent.text)).toEqual(expected);
    const { text: withIsland } = await browser.get('/island', knowing(bob));
    const [, island = '/not-on-the-page'] = /href="(\/_server-islands\/Panel[^"]*)"/.exec(withIsland) ?? [];
    const loaded = await browser.get(island.replaceAll(/&(?:amp|#38);/g, '&'), knowing(bob));
    expect(said(loaded, 'island')).toEqual(expected);
  });

  it.each([null, undefined])(
    'treats the visitor as a guest everywhere when it assigns %p, despite a signed-in session',
    async (known) => {
      const browser = await signedIn();
      const expected = { ...GUEST, locals: known === null ? null : 'undefined', isNobody: true };
      const opened = await browser.get('/page', knowing(known));
      expect(said(opened)).toEqual(expected);
      expect(said(opened, 'nested')).toEqual(expected);
      expect(JSON.parse((await browser.get('/seen', knowing(known))).text)).toEqual(expected);
      expect((await browser.get('/members', knowing(known))).location).toBe('/sign-in?returnTo=%2Fmembers');
      expect((await browser.get('/members')).status).toBe(200);
    },
  );

  it.each(['{}', '{"x-getter":"1"}', '{"x-fixed":"1"}', '{"x-delete":"1","x-getter":"1"}'])(
    'treats a property defined on locals like an assignment: %s',
    async (how) => {
      const browser = await signedIn();
      const defining = (known: unknown): Visit => ({
        headers: { 'x-define': JSON.stringify(known), ...JSON.parse(how) },
      });
      const bob = { userId: 'bob' };
      const expected = { ...GUEST, locals: bob, isNobody: false, session: bob, visitor: 'bob', isAuthenticated: true };
      const opened = await browser.get('/page', defining(bob));
      expect(said(opened)).toEqual(expected);
      expect(said(opened, 'nested')).toEqual(expected);
      expect((await browser.get('/admin', defining(bob))).status).toBe(302);
      expect(said(await browser.get('/page', defining(null)))).toEqual({ ...GUEST, locals: null, isNobody: true });
      expect((await browser.get('/members', defining(null))).location).toBe('/sign-in?returnTo=%2Fmembers');
      expect((await browser.get('/admin')).status).toBe(200);
    },
  );

  it('treats the visitor as a guest when it has deleted locals.session', async () => {
    const deleting = { headers: { 'x-delete': '1' } };
    const browser = await signedIn();
    expect(said(await browser.get('/page', deleting))).toEqual({ ...GUEST, locals: 'undefined', isNobody: true });
    expect((await browser.get('/members', deleting)).status).toBe(302);
  });

  it('checks rules for the assigned visitor, not for the admin of the session', async () => {
    const browser = await signedIn();
    expect((await browser.get('/admin')).status).toBe(200);
    expect((await browser.get('/admin', knowing({ userId: 'bob' }))).status).toBe(302);
    expect((await browser.get('/members', knowing({ userId: 'bob' }))).status).toBe(200);
    expect((await browser.get('/admin', knowing({ userId: 'ada' }))).status).toBe(302);
    expect((await browser.get('/refuses', knowing({ userId: 'bob' }))).status).toBe(302);
    const action = (known: unknown) =>
      browser.visit('/_actions/removeAll', { method: 'POST', form: {}, ...knowing(known) });
    expect([(await action({ userId: 'bob' })).status, (await action(null)).status]).toEqual([403, 401]);
    expect((await action({ userId: 'eve', role: 'admin' })).status).toBe(200);
  });

  it('returns to the visitor of the session when nothing, or the session itself, is assigned', async () => {
    const browser = await signedIn();
    await browser.get('/page', knowing({ userId: 'bob' }));
    const expected = { locals: 'our session', isNobody: false, visitor: 'ada', isAdmin: true };
    expect(said(await browser.get('/page'))).toMatchObject(expected);
    expect(said(await browser.get('/page', knowing({ userId: 'bob' }, { 'x-take-back': '1' })))).toMatchObject(
      expected,
    );
  });

  it('does not apply the recent sign-in of one user to another', async () => {
    const browser = await signedIn();
    expect((await browser.get('/recent')).status).toBe(200);
    expect((await browser.get('/recent', knowing({ userId: 'bob' }))).status).toBe(302);
    expect((await browser.get('/recent', knowing({ userId: 'ada' }))).status).toBe(200);
  });

  it.each([{ userId: 'bob' }, null])(
    'neither stores values of %p in the session of another user nor shows that session',
    async (known) => {
      const browser = await signedIn();
      await send(browser, '/set', { cart: 1 });
      const before = [...browser.cookies];
      expect(JSON.parse((await send(browser, '/set', { cart: 2, plan: 'pro' }, knowing(known))).text)).toEqual({
        cart: 2,
        plan: 'pro',
      });
      expect(JSON.parse((await browser.get('/own', knowing(known))).text)).toEqual({ values: {}, notice: null });
      expect([...browser.cookies]).toEqual(before);
      expect(await own(browser)).toEqual({
        values: { ...ADMIN, cart: 1 },
        notice: 'left with userId,role,permissions,cart',
      });
      const line = '"cart" was set in a session and is not stored';
      expect(await server.printed(line)).toContain(line);
      expect(server.output.split('is not stored')).toHaveLength(2);
    },
  );

  it('continues to use the session of a guest or of the same user', async () => {
    const guest = new Browser(server);
    await send(guest, '/set', { cart: 1 }, knowing({ userId: 'bob' }));
    expect((await own(guest)).values).toEqual({ cart: 1 });
    const ada = await signedIn();
    await send(ada, '/set', { cart: 1 }, knowing({ userId: 'ada' }));
    expect((await own(ada)).values).toEqual({ ...ADMIN, cart: 1 });
  });

  it('stores values that were set before the visitor was assigned', async () => {
    const browser = await signedIn();
    await browser.get('/page', knowing({ userId: 'bob' }, { 'x-before': 'kept' }));
    expect((await own(browser)).values).toEqual({ ...ADMIN, before: 'kept' });
  });

  it('applies updates to the request without changing the stored session', async () => {
    const browser = await signedIn();
    const updated = await send(browser, '/update', { role: 'editor' }, knowing({ userId: 'bob', plan: 'pro' }));
    expect(JSON.parse(updated.text)).toMatchObject({
      session: { userId: 'bob', plan: 'pro', role: 'editor' },
      roles: ['editor'],
    });
    expect((await own(browser)).values).toEqual(ADMIN);
    expect((await send(browser, '/update', { role: 'editor' }, knowing(null))).status).toBe(401);
  });

  it('applies a sign-in and a sign-out immediately and permanently', async () => {
    const browser = await signedIn();
    const cleo = { userId: 'cleo', role: 'user' };
    const entered = await send(browser, '/login', cleo, knowing({ userId: 'bob' }));
    expect(JSON.parse(entered.text)).toMatchObject({ locals: cleo, session: cleo, visitor: 'cleo', isAdmin: false });
    expect((await own(browser)).values).toEqual(cleo);
    const left = await browser.visit('/logout', { method: 'POST', ...knowing({ userId: 'bob' }) });
    expect(JSON.parse(left.text)).toEqual({ ...GUEST, locals: null, isNobody: true });
    expect((await own(browser)).values).toEqual({});
  });

  it('shows the error page to the assigned visitor, also after a failed page or sign-in', async () => {
    const browser = await signedIn();
    const bob = { locals: { userId: 'bob' }, visitor: 'bob', isAdmin: false };
    const thrown = await browser.get('/throws', knowing({ userId: 'bob' }));
    expect(thrown.status).toBe(500);
    if (way === 'built') expect(said(thrown)).toMatchObject(bob);
    const failed = await send(browser, '/login', { userId: 'cleo', fails: true }, knowing({ userId: 'bob' }));
    expect(failed.status).toBe(500);
    if (way === 'built') expect(said(failed)).toMatchObject(bob);
    expect((await own(browser)).values).toEqual(ADMIN);
  });

  it('respects properties that are added to the visitor after the assignment', async () => {
    const visit = knowing({ userId: 'bob' }, { 'x-fill': '{"role":"admin"}' });
    expect((await new Browser(server).get('/admin', visit)).status).toBe(200);
    const emptied = knowing({ userId: 'eve', role: 'admin' }, { 'x-fill': '{"role":null}' });
    expect((await new Browser(server).get('/admin', emptied)).status).toBe(302);
  });

  it.each<[string, unknown, string]>([
    ['a role that is a number', { userId: '123', role: 5 }, '"role" must be a string'],
    [
      'permissions that are no list',
      { userId: '123', permissions: 'admin' },
      '"permissions" must be an array of strings',
    ],
    ['a userId of blanks', { userId: '   ' }, '"userId" must be a non-empty string'],
    ['a thousand permissions', { userId: '1', permissions: Array(1000).fill('p') }, 'an array of at most 500 strings'],
    ['a number instead of an object', 7, 'no object with a "userId"'],
  ])('treats a visitor with %s as a guest, and logs it once', async (_, known, line) => {
    const browser = await signedIn();
    expect((await browser.get('/members', knowing(known))).status).toBe(302);
    expect(said(await browser.get('/page', knowing(known)))).toEqual({ ...GUEST, locals: known, isNobody: false });
    expect(await server.printed(line)).toContain(line);
    expect(server.output.split(line)).toHaveLength(2);
  });

  it.each<[object, string]>([
    [{ userId: '   ' }, '"userId"'],
    [{ userId: '1', role: 5 }, '"role"'],
    [{ userId: '1', permissions: Array(1000).fill('p') }, '"permissions"'],
  ])('rejects the sign-in of an invalid user: %#', async (user) => {
    const browser = new Browser(server);
    expect((await send(browser, '/login', user)).status).toBe(500);
    expect([...browser.cookies]).toEqual([]);
  });

  it('keeps pages for the assigned visitor out of shared caches, but not those for guests', async () => {
    const known = await new Browser(server).get('/own', knowing({ userId: 'bob' }));
    expect(known.headers.get('cache-control')).toBe('private, no-store');
    const asking = await new Browser(server).get('/page', knowing(null));
    expect(asking.headers.get('cache-control')).toMatch('private');
    expect((await new Browser(server).get('/', knowing(null))).headers.get('cache-control')).toBeNull();
  });
});

describe('A visitor in the locals with which the server calls the application', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    const serve = `
      import { createServer } from 'node:http';
      import { handler } from './dist/server/entry.mjs';
      createServer((request, response) => {
        const given = request.headers['x-given'];
        handler(request, response, () => response.end(), given === undefined ? {} : { session: JSON.parse(given) });
      }).listen(Number(process.env.PORT), '127.0.0.1');`;
    app = madeSite(OPTIONS, { ...FILES, 'serve.mjs': serve }, "adapter: node({ mode: 'middleware' }),");
    await app.build();
    server = await app.serve(undefined, 'serve.mjs');
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  const given = (known: unknown): Visit => ({ headers: { 'x-given': JSON.stringify(known) } });
  const send = async (browser: Browser, path: string, values: object, visit: Visit = {}) =>
    browser.visit(path, { ...visit, method: 'POST', body: JSON.stringify(values) });
  async function signedIn(): Promise<Browser> {
    const browser = new Browser(server);
    expect((await send(browser, '/login', ADMIN)).status).toBe(200);
    return browser;
  }
  const own = async (browser: Browser) => JSON.parse((await browser.get('/own')).text).values;

  it('is the visitor of pages and rules', async () => {
    for (const browser of [await signedIn(), new Browser(server)]) {
      const seen = said(await browser.get('/page', given({ userId: 'bob' })));
      expect(seen).toMatchObject({ locals: { userId: 'bob' }, visitor: 'bob', isAdmin: false });
      expect((await browser.get('/admin', given({ userId: 'bob' }))).status).toBe(302);
      expect((await browser.get('/members', given({ userId: 'bob' }))).status).toBe(200);
      expect(said(await browser.get('/page', given(null)))).toMatchObject({ locals: null, visitor: null });
    }
  });

  it.each([{ userId: 'bob' }, null])('neither sees nor changes the session of another user: %p', async (known) => {
    const browser = await signedIn();
    expect(JSON.parse((await send(browser, '/set', { cart: 2 }, given(known))).text)).toEqual({ cart: 2 });
    expect(JSON.parse((await browser.get('/own', given(known))).text)).toEqual({ values: {}, notice: null });
    expect(await own(browser)).toEqual(ADMIN);
  });

  it('can sign in and out, with immediate and permanent effect', async () => {
    const cleo = { userId: 'cleo', role: 'user' };
    for (const browser of [await signedIn(), new Browser(server)]) {
      const entered = await send(browser, '/login', cleo, given({ userId: 'bob' }));
      expect(JSON.parse(entered.text)).toMatchObject({ session: cleo, visitor: 'cleo', isAdmin: false });
      expect(await own(browser)).toEqual(cleo);
      const left = await browser.visit('/logout', { method: 'POST', ...given({ userId: 'bob' }) });
      expect(JSON.parse(left.text)).toMatchObject({ visitor: null });
      expect(await own(browser)).toEqual({});
    }
  });

  it('continues to use the session of a guest or of the same user', async () => {
    const guest = new Browser(server);
    await send(guest, '/set', { cart: 1 }, given({ userId: 'bob' }));
    expect(await own(guest)).toEqual({ cart: 1 });
    const ada = await signedIn();
    await send(ada, '/set', { cart: 1 }, given({ userId: 'ada' }));
    expect(await own(ada)).toEqual({ ...ADMIN, cart: 1 });
  });

  it('causes responses that no shared cache may store', async () => {
    for (const browser of [await signedIn(), new Browser(server)]) {
      const { headers } = await browser.get('/seen', given({ userId: 'bob' }));
      expect(headers.get('cache-control')).toBe('private, no-store');
    }
  });
});

describe('A custom context that determines the visitor', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await madeSite(OPTIONS, FILES).build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, CONTEXT: 'own' });
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  const knowing = (known: string): Visit => ({ headers: { 'x-in-context': known } });
  async function signedIn(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.visit('/login', { method: 'POST', body: JSON.stringify(ADMIN) });
    return browser;
  }

  it('passes only that visitor to guard, pages and components', async () => {
    const browser = await signedIn();
    const bob = knowing('{"userId":"bob"}');
    const opened = await browser.get('/page', bob);
    const expected = {
      locals: 'our session',
      session: { userId: 'bob', email: 'bob@site.example', role: 'user' },
      visitor: 'bob',
      isAdmin: false,
    };
    expect(said(opened)).toMatchObject(expected);
    expect(said(opened, 'nested')).toMatchObject(expected);
    expect((await browser.get('/admin')).status).toBe(200);
    expect((await browser.get('/admin', bob)).status).toBe(302);
    expect((await new Browser(server).get('/members', bob)).status).toBe(200);
    expect((await new Browser(server).get('/admin', knowing('{"userId":"eve","role":"admin"}'))).status).toBe(200);
  });

  it.each(['{"userId":7}', '{"userId":"gone"}', 'null'])('treats %s as a guest', async (known) => {
    const browser = await signedIn();
    expect((await browser.get('/members', knowing(known))).status).toBe(302);
    expect(said(await browser.get('/page', knowing(known)))).toMatchObject({ session: null, visitor: null });
    expect((await browser.get('/members')).status).toBe(200);
  });

  it("accepts the visitor of the session when it returns the session's values", async () => {
    const browser = await signedIn();
    expect(said(await browser.get('/page', knowing('spread')))).toMatchObject({ visitor: 'ada', isAdmin: true });
    expect((await browser.get('/admin', knowing('spread'))).status).toBe(200);
  });
});

describe('The denial of a guest by helpers and rules', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await madeSite(OPTIONS, FILES).build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('is a response that an endpoint can catch and return', async () => {
    const answers = [];
    for (const path of ['/caught', '/uncaught']) {
      const { status, headers, text } = await new Browser(server).get(path);
      answers.push([status, headers.get('content-type'), headers.get('cache-control'), JSON.parse(text).code]);
    }
    const expected = [401, 'application/problem+json', 'private, no-store', 'NOT_SIGNED_IN'];
    expect(answers).toEqual([expected, expected]);
  });

  it('also follows, with one warning, when allow() returns a truthy value other than true', async () => {
    const browser = new Browser(server);
    await browser.visit('/login', { method: 'POST', body: '{"userId":"ada","plan":"the premium plan"}' });
    for (let time = 0; time < 3; time++) expect((await browser.get('/premium')).status).toBe(302);
    const line = 'allow() of /premium';
    expect(await server.printed(line)).toContain('only true lets anybody in');
    expect(server.output.split(line)).toHaveLength(2);
    expect(server.output).not.toContain('the premium plan');
  });
});
