import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';
import { LATER, MOVABLE_CLOCK, pass } from '../support/movable-clock.js';

/** An endpoint that answers every method with one function. */
const ANSWERING_ALL = `export const ALL = ({ request }) => new Response('ALL ran for ' + request.method);`;
const PREFLIGHT = { origin: 'https://app.example', 'access-control-request-method': 'POST' };

describe('Rules in a built application', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create('spec/apps/empty', {
      'astro.config.mjs': siteConfig(`{
            loginPath: '/sign-in',
            protect: [
              { pattern: '/posts', methods: ['POST', 'DELETE'], permission: 'posts:write' },
              { pattern: '/drafts', methods: ['GET'] },
              { pattern: '/secret/**', role: 'editor', status: 404 },
              { pattern: '/billing', authenticatedWithin: 200 },
              { pattern: '/users/**', allow: (session, { params, url }) => session?.userId === params.id && url.search !== '?no' },
              {
                pattern: '/office/**',
                allow: (_, { headers, cookies, clientAddress }) =>
                  headers.get('x-desk') === '7' && cookies.get('door') === 'back door' && !cookies.has('alarm') && /127\\.0\\.0\\.1$/.test(clientAddress),
              },
              { action: 'stamp', allow: (_, { headers, cookies, clientAddress }) => headers.get('x-desk') === '7' && cookies.has('door') && /127/.test(clientAddress) },
              { pattern: '/soon', role: 'editor', enforce: false },
              { pattern: '/soon/**' },
              { pattern: '/any', anyPermission: ['posts:write', 'posts:publish'] },
              { pattern: '/api/**', methods: ['OPTIONS'], public: true },
              { pattern: '/api/reading', methods: ['GET'], public: true },
              { pattern: '/api/**', role: 'editor' },
              { action: 'open', public: true },
              { island: 'OpenIsland', public: true },
              { pattern: '/password', authenticatedWithin: 200 },
            ],
            access: { roles: { admin: ['editor'] } },
          }`),
      'src/gatehouse.ts': `
        import { Clock, defineGatehouse } from 'astro-gatehouse/server';
        ${MOVABLE_CLOCK}
        export default defineGatehouse({
          services: (services) => services.override(Clock, MovableClock),
          ...JSON.parse(process.env.OPTIONS ?? '{}'),
        });`,
      ...LATER,
      'src/pages/posts.ts': `
        const answer = ({ request }) => new Response(request.method + ' of posts');
        export { answer as GET, answer as POST, answer as DELETE };`,
      'src/pages/drafts.ts': `
        const answer = ({ request }) => new Response(request.method + ' of drafts');
        export { answer as GET, answer as POST, answer as HEAD };`,
      'src/pages/secret/[page].astro': '<h1>the secret page</h1>',
      'src/pages/billing.astro': '<h1>the bills</h1>',
      'src/pages/password.ts': `export const POST = () => new Response('changed');`,
      'src/pages/users/[id].astro': '<h1>user {Astro.params.id}</h1>',
      'src/pages/office/index.astro': '<h1>the office</h1>',
      'src/pages/office/call.ts': `
        import { actions } from 'astro:actions';
        export const GET = async (context) => Response.json(await context.callAction(actions.stamp, {}));`,
      'src/pages/soon/[...page].astro': '<h1>soon</h1><p>{Astro.locals.decision?.reason}</p>',
      'src/pages/404.astro': '<h1>nothing here</h1>',
      'src/pages/any.astro': '<h1>for writers and publishers</h1>',
      'src/pages/api/reading.ts': `
        const answer = ({ request }) => new Response(request.method + ' of the readings');
        export { answer as GET, answer as POST };`,
      'src/pages/api/all.ts': ANSWERING_ALL,
      'src/pages/api/as-all.ts': `${ANSWERING_ALL}\nexport { ALL as OPTIONS };`,
      'src/pages/api/none.ts': `export const GET = () => new Response('the answer of GET');`,
      'src/pages/api/page.astro': '<h1>the page under api</h1>',
      'src/pages/api/own.ts': `
        export const OPTIONS = () => new Response(null, { status: 204, headers: { 'access-control-allow-methods': 'POST' } });
        ${ANSWERING_ALL}`,
      'src/pages/api/handlers.ts': `
        export const OPTIONS = () => new Response(null, { status: 204, headers: { 'access-control-allow-methods': 'POST' } });
        export const POST = () => new Response('posted');`,
      'src/pages/api/others.ts': `export * from './handlers.ts';`,
      'src/pages/free/all.ts': ANSWERING_ALL,
      'src/pages/hooks/[name].ts': `
        const answer = ({ request }) => new Response(request.method + ' of a hook');
        export { answer as GET, answer as POST };`,
      'src/pages/readable.ts': `
        export const guard = [{ public: true, methods: ['GET'] }, { role: 'editor' }];
        const answer = ({ request }) => new Response(request.method + ' of the readable');
        export { answer as GET, answer as POST };`,
      'src/pages/islands.astro': `---
        import OpenIsland from '../islands/OpenIsland.astro';
        import OtherIsland from '../islands/OtherIsland.astro';
        ---
        <OpenIsland server:defer /><OtherIsland server:defer />`,
      'src/islands/OpenIsland.astro': '<p>the open island</p>',
      'src/islands/OtherIsland.astro': '<p>the other island</p>',
      'src/pages/sign-in.astro': `---
        export const guard = 'guest';
        ---
        <h1>sign in</h1>`,
      'src/actions/index.ts': `
        import { defineAction } from 'astro:actions';
        import { setSession } from 'astro-gatehouse/server';
        export const server = {
          stamp: defineAction({ handler: () => 'stamped' }),
          open: defineAction({ handler: () => 'open to all' }),
          other: defineAction({ handler: () => 'for members' }),
          signIn: defineAction({
            accept: 'form',
            handler: (form, context) => setSession(context, { userId: form.get('user'), role: 'reader' }),
          }),
        };`,
      'src/pages/enter.ts': `
        import { setSession } from 'astro-gatehouse/server';
        export const GET = async (context) => {
          const { role, permission } = Object.fromEntries(context.url.searchParams);
          await setSession(context, { userId: 'u1', role, permissions: permission ? [permission] : [] });
          return new Response('welcome');
        };`,
    });
    await app.build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function visitor(query: string): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get(`/enter?${query}`);
    return browser;
  }

  it('may apply to some methods only', async () => {
    const guest = new Browser(server);
    const writer = await visitor('permission=posts:*');
    expect((await guest.get('/posts')).text).toBe('GET of posts');
    expect((await guest.post('/posts')).status).toBe(401);
    expect((await guest.visit('/posts', { method: 'DELETE' })).status).toBe(401);
    expect((await writer.post('/posts')).text).toBe('POST of posts');
  });

  it('that apply to GET apply to HEAD, too', async () => {
    const guest = new Browser(server);
    expect((await guest.get('/drafts')).status).toBe(401);
    expect((await guest.visit('/drafts', { method: 'HEAD' })).status).toBe(401);
    expect((await guest.post('/drafts')).text).toBe('POST of drafts');
  });

  it('may hide the existence of a page', async () => {
    const hidden = [new Browser(server), await visitor('role=reader')];
    for (const browser of hidden) {
      const page = await browser.get('/secret/one');
      const missing = await browser.get('/secret/one/nothing');
      expect(page.status).toBe(404);
      expect(page.text).toContain('nothing here');
      expect(page.text).toBe(missing.text);
      expect([...page.headers.keys()].sort()).toEqual([...missing.headers.keys()].sort());
    }
  });

  it('admit visitors whose role includes the required one', async () => {
    const admin = await visitor('role=admin');
    expect((await admin.get('/secret/one')).text).toContain('the secret page');
  });

  it('may require a recent sign-in', async () => {
    const reader = await visitor('role=reader');
    expect((await reader.get('/billing')).text).toContain('the bills');
    await pass(210_000, server);
    expect((await reader.get('/billing')).location).toBe('/sign-in?returnTo=%2Fbilling&reauthenticate=1');
    const program = await reader.get('/billing', { headers: { accept: 'application/json' } });
    expect([program.status, JSON.parse(program.text)]).toEqual([
      401,
      expect.objectContaining({ code: 'SIGN_IN_AGAIN' }),
    ]);
    await reader.get('/enter?role=reader');
    expect((await reader.get('/billing')).text).toContain('the bills');
  });

  it('lead from a form that needs a recent sign-in back to the page with the form', async () => {
    const reader = await visitor('role=reader');
    const opens = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'same-origin' };
    const headers = { ...opens, referer: `${server.origin}/account?tab=2` };
    const send = () => reader.post('/password', {}, { headers });
    expect((await send()).text).toBe('changed');
    await pass(210_000, server);
    expect(await send()).toMatchObject({
      status: 303,
      location: '/sign-in?returnTo=%2Faccount%3Ftab%3D2&reauthenticate=1',
    });
  });

  it('may require another sign-in, by an action on a page for guests', async () => {
    const reader = await visitor('role=reader');
    await pass(210_000, server);
    const { location } = await reader.get('/billing');
    expect((await reader.get(`${location}`)).text).toContain('sign in');
    expect((await reader.get('/sign-in')).location).toBe('/');
    expect((await reader.post('/sign-in?_action=signIn', { user: 'u1' })).text).toContain('sign in');
    expect((await reader.get('/billing')).text).toContain('the bills');
  });

  it('may check the request', async () => {
    const u1 = await visitor('role=reader');
    expect((await u1.get('/users/u1')).text).toContain('user u1');
    expect((await u1.get('/users/u2')).status).toBe(302);
    expect((await u1.get('/users/u1?no')).status).toBe(302);
  });

  it('may check headers, cookies and the address of the client, which no header can change', async () => {
    const desk = { 'x-desk': '7', cookie: 'theme=dark; door=back%20door' };
    const status = async (path: string, headers: Record<string, string>) =>
      (await new Browser(server).get(path, { headers })).status;
    expect(await status('/office', desk)).toBe(200);
    expect(await status('/office', { ...desk, 'x-forwarded-for': '203.0.113.7' })).toBe(200);
    expect(await status('/office', { ...desk, 'x-desk': '8' })).toBe(302);
    expect(await status('/office', { ...desk, cookie: 'door=front' })).toBe(302);
    expect(await status('/office', { ...desk, cookie: `${desk.cookie}; alarm=on` })).toBe(302);
    expect((await new Browser(server).get('/office/call', { headers: desk })).text).toContain('"data":"stamped"');
  });

  it('that only report deny nothing, and do not weaken other rules', async () => {
    const before = server.output.length;
    const reader = await visitor('role=reader');
    expect((await reader.get('/soon')).text).toContain('signed in');
    expect((await new Browser(server).get('/soon')).status).toBe(302);
    const printed = await server.printed(/refused: not signed in/, before);
    const lines = printed.match(/.*would be refused.*/g) ?? [];
    expect(lines.map((line) => line.replace(/^.*GET/, 'GET'))).toEqual([
      'GET /soon (route /soon/[...page]): /soon (role editor), report only would be refused: needs role editor',
      'GET /soon (route /soon/[...page]): /soon (role editor), report only would be refused: not signed in',
    ]);
  });

  it('tell programs what is missing without revealing the rule', async () => {
    const u1 = await visitor('role=reader');
    const { status, text } = await u1.post('/posts');
    expect([status, JSON.parse(text)]).toEqual([
      403,
      {
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        detail: 'needs permission posts:write',
        code: 'MISSING_PERMISSION',
        missing: ['posts:write'],
      },
    ]);
  });

  it('may require one of several permissions', async () => {
    expect((await new Browser(server).get('/any')).location).toBe('/sign-in?returnTo=%2Fany');
    expect((await (await visitor('permission=posts:publish')).get('/any')).text).toContain('writers and publishers');
    expect((await (await visitor('permission=posts:*')).get('/any')).text).toContain('writers and publishers');
    const refused = await (await visitor('permission=posts:read')).get('/any', {
      headers: { accept: 'application/json' },
    });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      403,
      expect.objectContaining({ code: 'MISSING_PERMISSION', missing: ['posts:write', 'posts:publish'] }),
    ]);
  });

  it('may be public for one method of a path', async () => {
    const guest = new Browser(server);
    const read = await guest.get('/api/reading');
    expect([read.text, read.headers.get('cache-control')]).toEqual(['GET of the readings', null]);
    expect((await guest.post('/api/reading')).status).toBe(401);
    expect((await guest.visit('/api/reading', { method: 'PUT' })).status).toBe(401);
    expect((await (await visitor('role=editor')).post('/api/reading')).text).toBe('POST of the readings');
    expect((await guest.get('/readable')).text).toBe('GET of the readable');
    expect((await guest.post('/readable')).status).toBe(401);
  });

  describe('that open OPTIONS for preflights', () => {
    const options = (path: string, headers: Record<string, string> = {}, browser = new Browser(server)) =>
      browser.visit(path, { method: 'OPTIONS', headers });

    it.each(['/api/own', '/api/handlers', '/api/others'])('let the function OPTIONS of %s answer', async (path) => {
      for (const headers of [PREFLIGHT, {}]) {
        const answer = await options(path, headers);
        expect([answer.status, answer.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
      }
      expect((await new Browser(server).post(path)).status).toBe(401);
    });

    it.each(['/api/all', '/api/as-all', '/api/page'])('do not run what answers every method at %s', async (path) => {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        for (const headers of [{ ...PREFLIGHT, 'access-control-request-method': method }, {}]) {
          const { status, text } = await options(path, headers);
          expect([[401, 302, 303].includes(status), text]).toEqual([
            true,
            expect.not.stringMatching(/ALL ran|the page under api/),
          ]);
        }
      }
    });

    it('admit to it whoever may use every method', async () => {
      const editor = await visitor('role=editor');
      expect((await options('/api/all', PREFLIGHT, editor)).text).toBe('ALL ran for OPTIONS');
      expect((await options('/free/all', PREFLIGHT)).text).toBe('ALL ran for OPTIONS');
      expect((await options('/api/none', PREFLIGHT)).text).not.toContain('the answer of GET');
    });

    it('are needed: any other rule refuses the preflight of an endpoint', async () => {
      const closed = await served({ globalProtect: true });
      try {
        expect((await options('/hooks/a', PREFLIGHT, new Browser(closed))).status).toBe(401);
      } finally {
        await closed.stop();
      }
    });
  });

  it('that are public open what they name, where everything is protected', async () => {
    const closed = await served({
      globalProtect: true,
      exclude: [
        { pattern: '/hooks/**', methods: ['POST'] },
        { pattern: '/enter', methods: ['GET'] },
      ],
      protect: [{ pattern: '/islands', public: true }],
    });
    try {
      const guest = new Browser(closed);
      expect((await guest.post('/hooks/a')).text).toBe('POST of a hook');
      expect((await guest.get('/hooks/a')).status).toBe(401);
      expect((await guest.visit('/hooks/a', { method: 'OPTIONS', headers: PREFLIGHT })).status).toBe(401);
      expect((await guest.post('/enter')).status).toBe(401);
      expect((await guest.get('/api/reading')).text).toBe('GET of the readings');
      const page = await guest.get('/islands');
      const islands = Array.from(page.text.matchAll(/fetch\(["']([^"']+)["']/g), ([, address = '']) => address);
      const answers = await Promise.all(islands.map((address) => guest.get(address.replaceAll('&amp;', '&'))));
      expect(answers.map(({ status, text }) => [status, /the \w+ island/.exec(text)?.[0]])).toEqual([
        [200, 'the open island'],
        [401, undefined],
      ]);
      const called = (name: string) =>
        guest.visit(`/_actions/${name}`, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        });
      expect([(await called('open')).text, (await called('other')).status]).toEqual(['["open to all"]', 401]);
      expect((await guest.get('/posts')).status).toBe(401);
    } finally {
      await closed.stop();
    }
  });

  it('that are public are listed', async () => {
    const { output } = await app.gatehouse('routes', '--public');
    const lines = output.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    expect(lines).toEqual(
      expect.arrayContaining([
        '/api/reading | endpoint | GET: everybody | protect[11] of astro.config',
        'OpenIsland | island | everybody | protect[14] of astro.config',
        'open | action | everybody | protect[13] of astro.config',
        '/readable | endpoint | GET: everybody | guard of src/pages/readable.ts',
      ]),
    );
  });

  const served = (options: object) => app.serve({ GATEHOUSE_SECRET: SECRET, OPTIONS: JSON.stringify(options) });
});
