import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { App, Server } from '../support/app.js';
import { type Answer, Browser, type Visit } from '../support/browser.js';
import { madeSite, siteConfig } from '../support/made-site.js';
import { SECRET } from '../support/secret.js';

const SERVER = `from 'astro-gatehouse/server';`;
const PAGE = `---
  import { seen } from '../seen';
  import Nested from '../components/Nested.astro';
  ---
  <p id="page">{JSON.stringify(seen(Astro))}</p><Nested />`;
const part = (id: string) => `---
  import { seen } from '../seen';
  await Promise.resolve();
  ---
  <p id="${id}">{JSON.stringify(seen(Astro))}</p>`;

const FILES = {
  'src/gatehouse.ts': `
    import { defineGatehouse, SecurityEvents, type SecurityEvent } ${SERVER}

    class Printed extends SecurityEvents {
      override publish(event: SecurityEvent) {
        console.log('EVENT ' + JSON.stringify(event));
      }
    }
    const KEYS = {
      reader: { userId: 'robot', permissions: ['notes:read'], via: 'api-key' },
      // The user who is signed in in the browser as well, with less.
      ada: { userId: 'ada', permissions: [], via: 'api-key' },
      nameless: { id: 'robot', permissions: ['notes:read'] },
      plain: { userId: 'plain' },
    };
    const asked = (globalThis.asked ??= {});
    export default defineGatehouse({
      identify({ headers, ...request }) {
        const counted = headers.get('x-count');
        if (counted !== null) asked[counted] = (asked[counted] ?? 0) + 1;
        if (headers.has('x-describe')) {
          const { method, url, routePattern, params, cookies, clientAddress, signedInFor } = request;
          const cookie = cookies.get('theme');
          asked.described = { method, path: url.pathname, routePattern, params, cookie, clientAddress, signedInFor };
        }
        const [scheme, key] = (headers.get('authorization') ?? '').split(' ');
        if (scheme !== 'Bearer') return undefined;
        if (key === 'throws') throw new Error('the keys cannot be read');
        if (key === 'rejects') return Promise.reject(new Error('the keys cannot be read'));
        if (key === 'never') return new Promise(() => {});
        const known = KEYS[key] ?? null;
        return headers.has('x-later') ? new Promise((done) => setTimeout(done, 5, known)) : known;
      },
      services: (services) => services.override(SecurityEvents, Printed),
    });`,
  'src/seen.js': `
    import { getSession, hasPermission } ${SERVER}
    export const seen = ({ locals }) => ({
      visitor: locals.visitor.id ?? null,
      via: locals.visitor.via,
      roles: locals.visitor.roles,
      mayRead: hasPermission('notes:read'),
      user: getSession()?.userId ?? null,
      cart: locals.services.session.get('cart') ?? null,
      notice: locals.services.session.flash('notice') ?? null,
    });`,
  'src/middleware.js': `
    export const onRequest = async (context, next) => {
      const { headers } = context.request;
      const early = headers.has('x-early') ? context.locals.visitor.id : undefined;
      if (headers.has('x-known')) context.locals.session = JSON.parse(headers.get('x-known'));
      if (headers.has('x-take-back')) context.locals.session = context.locals.session;
      if (headers.has('x-own-answer')) return new Response('by the middleware');
      const answer = await (headers.has('x-rewrite') ? next(headers.get('x-rewrite')) : next());
      if (headers.has('x-early')) answer.headers.set('x-early', String(early));
      return answer;
    };`,
  'src/components/Nested.astro': part('nested'),
  'src/components/Panel.astro': part('island'),
  'src/pages/page.astro': PAGE,
  'src/pages/members.astro': PAGE,
  'src/pages/admin.astro': PAGE,
  'src/pages/recent.astro': PAGE,
  'src/pages/notes/[id].astro': `---
    import { seen } from '../../seen';
    ---
    <p id="page">{JSON.stringify(seen(Astro))}</p>`,
  'src/pages/notes.json.js': `import { seen } from '../seen';\nexport const GET = (context) => Response.json(seen(context));`,
  'src/pages/required.json.js': `
    import { authorize, requireSession } ${SERVER}
    export const GET = async (context) => {
      if (context.url.search === '?caught') {
        try {
          requireSession(context);
        } catch (answer) {
          return answer;
        }
      }
      if (context.url.search === '?role') await authorize({ role: 'admin' }, context);
      return Response.json(requireSession(context));
    };`,
  'src/pages/shared.json.js': `
    import { seen } from '../seen';
    export const GET = (context) =>
      Response.json(context.url.search ? seen(context) : {}, { headers: { 'Cache-Control': 'public, max-age=300' } });`,
  'src/pages/still.astro': '<h1>here</h1>',
  'src/pages/island.astro': `---
    import Panel from '../components/Panel.astro';
    ---
    <html><head></head><body><Panel server:defer /></body></html>`,
  'src/pages/404.astro': PAGE,
  'src/pages/500.astro': PAGE,
  'src/pages/throws.astro': `---\nthrow new Error('thrown by a page');\n---`,
  'src/pages/asked.js': `export const GET = () => Response.json(globalThis.asked ?? {});`,
  'src/actions/index.js': `
    import { defineAction } from 'astro:actions';
    import { seen } from '../seen';
    export const server = {
      who: defineAction({ accept: 'form', handler: (_, context) => seen(context) }),
      read: defineAction({ accept: 'form', handler: (_, context) => seen(context) }),
    };`,
  'src/pages/login.js': `
    import { setSession } ${SERVER}
    import { seen } from '../seen';
    export const POST = async (context) => {
      const form = Object.fromEntries(await context.request.formData());
      await setSession(context, { userId: form.userId, role: form.role });
      if (form.cart) context.locals.session.set('cart', form.cart);
      const shown = seen(context);
      context.locals.session.flash('notice', 'welcome ' + form.userId);
      return Response.json(shown);
    };`,
  'src/pages/logout.js': `
    import { clearSession } ${SERVER}
    import { seen } from '../seen';
    export const POST = async (context) => {
      await clearSession(context);
      return Response.json(seen(context));
    };`,
  'src/pages/cart.js': `
    import { csrfToken } ${SERVER}
    export const GET = async (context) => new Response(await csrfToken(context));
    export const POST = ({ locals: { session } }) => {
      session.set('cart', 'of another');
      session.flash('notice', 'of another');
      return Response.json(session.all());
    };`,
};
const OPTIONS = `{
  loginPath: '/sign-in',
  protect: [
    { pattern: '/admin', role: 'admin' },
    { pattern: '/members' },
    { pattern: '/recent', authenticatedWithin: 3600 },
    { pattern: '/notes/**', permission: 'notes:read' },
    { pattern: '/notes.json', permission: 'notes:read' },
    { action: 'read', permission: 'notes:read' },
  ],
  // Nothing but identify() is waited for: the seal of a cookie has to wait for threads where the machine is busy.
  session: { store: 'memory', storeTimeout: 0.3 },
  wwwAuthenticate: 'Bearer realm="notes"',
  csrf: { credentialHeaders: ['X-API-Key'], requireToken: ['/cart'] },
}`;
const PIPELINE = `
  import { Hono } from 'hono';
  import { actions, FetchState, middleware, pages } from 'astro/fetch';
  import * as inHono from 'astro/hono';
  import { guard } from 'astro-gatehouse/fetch';
  const app = new Hono();
  app.use(guard(), inHono.actions(), inHono.middleware(), inHono.pages());
  const plain = {
    async fetch(request) {
      const state = new FetchState(request);
      return (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages);
    },
  };
  export default process.env.PIPELINE === 'hono' ? app : plain;`;

const key = (name: string, headers: Record<string, string> = {}): Visit => ({
  headers: { authorization: `Bearer ${name}`, ...headers },
});
const ROBOT = { visitor: 'robot', via: 'api-key', roles: [], mayRead: true, user: 'robot', cart: null, notice: null };
const GUEST = { visitor: null, via: 'identify', roles: [], mayRead: false, user: null, cart: null, notice: null };
const ADA = { visitor: 'ada', via: 'session', roles: ['admin'], mayRead: false, user: 'ada', cart: 'full' };

/** Returns the visitor that a part of a page has rendered, or an endpoint. */
function said({ text }: Answer, where: 'page' | 'nested' | 'island' = 'page'): Record<string, unknown> {
  if (text.startsWith('{')) return JSON.parse(text);
  const [, json = 'null'] = new RegExp(`<p id="${where}"[^>]*>(.*?)</p>`, 's').exec(text) ?? [];
  return JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&#34;', '"'));
}

const islandOn = ({ text }: Answer) => {
  const [, address = '/not-on-the-page'] = /href="(\/_server-islands\/Panel[^"]*)"/.exec(text) ?? [];
  return address.replaceAll(/&(?:amp|#38);/g, '&');
};

describe.each(['built', 'developed'] as const)('A site that identifies visitors by the request, %s,', (way) => {
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

  async function signedIn(): Promise<Browser> {
    const browser = new Browser(server);
    const answer = await browser.post('/login', { userId: 'ada', role: 'admin', cart: 'full' });
    expect(answer.status).toBe(200);
    return browser;
  }
  const asked = async () => JSON.parse((await new Browser(server).get('/asked')).text);
  /** Returns the refusals that are printed while something happens. Lines of earlier requests may come late. */
  async function eventsOf(act: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
    const before = server.output.length;
    await act();
    const printed = await server.printed(/EVENT .*(?:denied|refused).*/, before);
    return [...printed.matchAll(/EVENT (.*(?:denied|refused).*)/g)].map(([, json = '{}']) => JSON.parse(json));
  }

  it('admits a key, and shows the same visitor to pages, components, endpoints, actions, islands and error pages', async () => {
    const program = new Browser(server);
    const page = await program.get('/notes/7', key('reader', { 'x-early': '1' }));
    expect([page.status, said(page), page.headers.get('x-early')]).toEqual([200, ROBOT, 'robot']);
    const open = await program.get('/page', key('reader', { 'x-later': '1', 'x-early': '1' }));
    expect([said(open), said(open, 'nested'), open.headers.get('x-early')]).toEqual([ROBOT, ROBOT, 'robot']);
    expect(said(await program.get('/notes.json', key('reader')))).toEqual(ROBOT);
    const called = await program.post('/_actions/read', {}, key('reader', { accept: 'application/json' }));
    expect([called.status, called.text]).toEqual([200, expect.stringContaining('"robot"')]);
    const island = await program.get(islandOn(await program.get('/island', key('reader'))), key('reader'));
    expect(said(island, 'island')).toEqual(ROBOT);
    expect(said(await program.get('/nothing-here', key('reader')))).toEqual(ROBOT);
    if (way === 'built') expect(said(await program.get('/throws', key('reader')))).toEqual(ROBOT);
    expect([...program.cookies]).toEqual([]);
  });

  it('treats the sender of an unknown key as a guest, whatever session the browser sent', async () => {
    const browser = await signedIn();
    expect(said(await browser.get('/page', key('made-up')))).toEqual(GUEST);
    expect((await browser.get('/admin', key('made-up'))).location).toBe('/sign-in?returnTo=%2Fadmin');
    expect((await browser.get('/notes.json', key('made-up'))).status).toBe(401);
    const before = server.output.length;
    expect(said(await browser.get('/page', key('nameless')))).toEqual(GUEST);
    expect(await server.printed(/treated as a guest/, before)).toContain('The visitor that identify named');
    expect(said(await browser.get('/page'))).toMatchObject({ ...ADA, notice: 'welcome ada' });
  });

  it('leaves the visitor to the session where it names nobody', async () => {
    const browser = await signedIn();
    expect(said(await browser.get('/admin'))).toMatchObject(ADA);
    expect(said(await browser.get('/admin', { headers: { authorization: 'Basic YTpi' } }))).toMatchObject(ADA);
    expect((await new Browser(server).get('/notes.json')).status).toBe(401);
  });

  it('never mixes a key with the session of another user', async () => {
    const browser = await signedIn();
    expect(said(await browser.get('/page', key('reader')))).toEqual(ROBOT);
    expect((await browser.get('/admin', key('reader'))).status).not.toBe(200);
    expect((await browser.get('/admin', key('reader'))).location).toBe('/sign-in');
    const { text: token } = await browser.get('/cart');
    const cart = await browser.post('/cart', { _csrf: token }, key('reader'));
    expect([cart.status, JSON.parse(cart.text)]).toEqual([200, { cart: 'of another' }]);
    // Nothing was stored, and the message still waits for its visitor.
    expect(said(await browser.get('/page'))).toMatchObject({ ...ADA, notice: 'welcome ada' });
  });

  it('keeps the values of the same user, but neither the roles nor the time of the sign-in', async () => {
    const browser = await signedIn();
    const page = said(await browser.get('/page', key('ada')));
    expect(page).toMatchObject({ visitor: 'ada', via: 'api-key', roles: [], cart: 'full' });
    expect((await browser.get('/admin', key('ada'))).status).not.toBe(200);
    expect((await browser.get('/recent')).status).toBe(200);
    expect((await browser.get('/recent', key('ada'))).status).not.toBe(200);
  });

  it.each(['throws', 'rejects', 'never'])('answers guarded pages with 503 while it fails: %s', async (how) => {
    const browser = await signedIn();
    const before = server.output.length;
    for (const path of ['/admin', '/members', '/notes.json']) {
      const answer = await browser.get(path, key(how));
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    }
    const printed = await server.printed(/EVENT .*"operation":"identify"/, before);
    expect(printed).toContain(how === 'never' ? 'did not answer within 300 ms' : 'the keys cannot be read');
    expect(said(await browser.get('/page', key(how)))).toEqual(GUEST);
    expect((await browser.get('/admin')).status).toBe(200);
  });

  it('asks once for each request, with rewrites and error pages, and not for what is assigned before', async () => {
    const program = new Browser(server);
    const count = async (path: string, headers: Record<string, string> = {}) => {
      const id = [path, ...Object.keys(headers)].join();
      await program.get(path, key('reader', { 'x-count': id, ...headers }));
      return (await asked())[id];
    };
    expect([
      await count('/page'),
      await count('/page', { 'x-later': '1' }),
      await count('/page', { 'x-rewrite': '/notes/7' }),
      await count('/nothing-here'),
      await count('/throws'),
      await count('/members', { 'x-own-answer': '1' }),
    ]).toEqual([1, 1, 1, 1, 1, 1]);
    const rewritten = await program.get('/page', key('reader', { 'x-rewrite': '/notes/7' }));
    expect([rewritten.status, said(rewritten)]).toEqual([200, ROBOT]);
  });

  it('describes the request', async () => {
    const headers = { 'x-describe': '1', cookie: 'theme=dark', 'x-forwarded-for': '203.0.113.7' };
    await new Browser(server).get('/notes/7?page=2', { headers });
    expect((await asked()).described).toEqual({
      method: 'GET',
      path: '/notes/7',
      routePattern: '/notes/[id]',
      params: { id: '7' },
      cookie: 'dark',
      clientAddress: expect.stringMatching(/127\.0\.0\.1$/),
    });
  });

  it('yields to what a middleware assigns, and comes back with the session itself', async () => {
    const browser = await signedIn();
    const bob = { 'x-known': JSON.stringify({ userId: 'bob' }) };
    expect((await browser.get('/members', key('made-up', bob))).status).toBe(200);
    expect((await browser.get('/notes.json', key('reader', bob))).status).toBe(403);
    expect(said(await browser.get('/page', key('reader', { 'x-take-back': '1' })))).toEqual(ROBOT);
    expect((await browser.get('/admin', key('made-up', { 'x-take-back': '1' }))).status).not.toBe(200);
  });

  it('lets a visitor sign in and out in the meantime', async () => {
    const browser = await signedIn();
    const signing = await browser.post('/login', { userId: 'cleo', role: 'reader' }, key('reader'));
    expect(said(signing)).toMatchObject({ visitor: 'cleo', via: 'session', roles: ['reader'], user: 'cleo' });
    expect(said(await browser.get('/page'))).toMatchObject({ visitor: 'cleo', cart: null });
    expect(said(await browser.get('/page', key('reader')))).toEqual(ROBOT);
    const leaving = await browser.post('/logout', {}, key('reader'));
    expect(said(leaving)).toMatchObject({ visitor: null, user: null });
    expect(said(await browser.get('/page'))).toMatchObject({ visitor: null, via: 'session' });
  });

  it('names the key in events', async () => {
    const browser = await signedIn();
    const events = await eventsOf(() => browser.get('/admin', key('reader')));
    expect(events).toMatchObject([{ name: 'access.denied', code: 'MISSING_ROLE', userId: 'robot', via: 'api-key' }]);
    expect(await eventsOf(() => browser.get('/notes/7'))).toMatchObject([{ userId: 'ada', via: 'session' }]);
    const foreign = { origin: 'https://evil.example', 'content-type': 'application/json' };
    const forged = () => browser.visit('/login', { method: 'POST', body: '{}', ...key('plain', foreign) });
    expect(await eventsOf(forged)).toMatchObject([{ name: 'csrf.refused', userId: 'plain', via: 'identify' }]);
    const [event] = await eventsOf(() => new Browser(server).get('/admin', key('made-up')));
    expect([event?.userId, event?.via]).toEqual([undefined, undefined]);
  });

  it('tells programs how to identify themselves, and browsers nothing', async () => {
    const program = new Browser(server);
    const challenge = async (path: string, visit: Visit = { headers: { accept: 'application/json' } }) => {
      const { status, headers } = await program.visit(path, visit);
      return [status, headers.get('www-authenticate')];
    };
    const expected = [401, 'Bearer realm="notes"'];
    for (const path of ['/notes.json', '/members', '/required.json', '/required.json?caught', '/required.json?role']) {
      expect([path, ...(await challenge(path))]).toEqual([path, ...expected]);
    }
    expect(await challenge('/_actions/read', { method: 'POST', form: {} })).toEqual(expected);
    expect(await challenge('/members', {})).toEqual([302, null]);
    expect(await challenge('/notes.json', key('plain'))).toEqual([403, null]);
  });

  it('checks no origin and no token of a program, but those of a browser as always', async () => {
    const post = async (headers: Record<string, string>, browser = new Browser(server)) => {
      const json = { 'content-type': 'application/json', ...headers };
      const { status, text } = await fetch(`${server.origin}/cart`, {
        method: 'POST',
        body: '{}',
        headers: { ...json, ...(browser.cookies.size > 0 && { cookie: browser.cookieHeader }) },
      }).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
      return status === 403 ? JSON.parse(text).code : status;
    };
    expect(await post({ authorization: 'Bearer reader' })).toBe(200);
    expect(await post({ authorization: 'bearer reader', origin: 'https://app.example' })).toBe(200);
    expect(await post({ 'x-api-key': 'any' })).toBe(200);
    expect(await post({})).toBe('CSRF_REFUSED');
    expect(await post({ authorization: 'Basic YTpi', origin: 'https://evil.example' })).toBe('CSRF_REFUSED');
    const browser = await signedIn();
    expect(await post({ authorization: 'Bearer reader' }, browser)).toBe('CSRF_REFUSED');
    expect(await post({ authorization: 'Bearer reader', origin: 'https://evil.example' }, browser)).toBe(
      'CSRF_REFUSED',
    );
    expect(await post({ authorization: 'Bearer reader', origin: server.origin }, browser)).toBe('CSRF_TOKEN_REFUSED');
    const { text: token } = await browser.get('/cart');
    const own = { authorization: 'Bearer reader', origin: server.origin, 'x-csrf-token': token };
    expect(await post(own, browser)).toBe(200);
  });

  it('marks answers as personal where the visitor mattered, and no others', async () => {
    const program = new Browser(server);
    const policy = async (path: string, name = 'reader') =>
      (await program.get(path, key(name))).headers.get('cache-control');
    expect(await policy('/notes.json')).toBe('private, no-store');
    expect(await policy('/shared.json?ask')).toBe('private, no-store');
    expect(await policy('/shared.json')).toBe('public, max-age=300');
    expect(await policy('/still')).toBe('private, no-store');
    expect(await policy('/still', 'made-up')).toBe('private, no-cache');
    expect((await program.get('/still')).headers.get('cache-control')).toBeNull();
  });
});

describe('A server whose caller names the visitor', () => {
  it('does not ask the request, for the error page either', async () => {
    const app = madeSite(OPTIONS, {
      ...FILES,
      'serve.mjs': `
        import { createServer } from 'node:http';
        import { handler } from './dist/server/entry.mjs';
        createServer((request, response) =>
          handler(request, response, () => response.end(), { session: { userId: 'known' } }),
        ).listen(Number(process.env.PORT), '127.0.0.1');`,
    });
    const config = siteConfig(OPTIONS).replace("'standalone'", "'middleware'");
    app.write({ 'astro.config.mjs': config });
    await app.build();
    const server = await app.serve(undefined, 'serve.mjs');
    try {
      const program = new Browser(server);
      const known = { visitor: 'known', via: 'application' };
      for (const path of ['/page', '/members', '/throws']) {
        expect(said(await program.get(path, key('reader', { 'x-count': 'named' })))).toMatchObject(known);
      }
      expect(JSON.parse((await program.get('/asked')).text)).toEqual({});
    } finally {
      await server.stop();
      app.remove();
    }
  });
});

describe('A site that identifies visitors, in a pipeline of its own,', () => {
  let app: App;
  beforeAll(async () => {
    app = await madeSite(OPTIONS, { ...FILES, 'src/fetch.ts': PIPELINE }).build();
  });
  afterAll(() => app?.remove());

  it.each(['plain', 'hono'])('asks once, ahead of actions and middlewares: %s', async (pipeline) => {
    const server = await app.serve({ PIPELINE: pipeline, GATEHOUSE_SECRET: SECRET });
    try {
      const browser = new Browser(server);
      await browser.post('/login', { userId: 'ada', role: 'admin', cart: 'full' });
      const visit = (id: string) => key('reader', { 'x-count': id });
      expect(said(await browser.get('/notes/7', visit('page')))).toEqual(ROBOT);
      expect(said(await browser.get('/nothing-here', visit('missing')))).toEqual(ROBOT);
      const called = await browser.post('/_actions/read', {}, visit('action'));
      expect([called.status, called.text]).toEqual([200, expect.stringContaining('"robot"')]);
      expect((await browser.post('/_actions/read', {}, key('made-up'))).status).toBe(401);
      expect((await browser.get('/admin', key('throws'))).status).toBe(503);
      expect((await browser.get('/admin')).status).toBe(200);
      const { page, missing, action } = JSON.parse((await browser.get('/asked')).text);
      expect([page, missing, action]).toEqual([1, 1, 1]);
    } finally {
      await server.stop();
    }
  });
});
