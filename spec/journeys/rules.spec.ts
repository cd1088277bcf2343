import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';
import { LATER, MOVABLE_CLOCK, pass } from '../support/movable-clock.js';

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
              { pattern: '/billing', authenticatedWithin: 2 },
              { pattern: '/users/**', allow: (session, { params, url }) => session?.userId === params.id && url.search !== '?no' },
              {
                pattern: '/office/**',
                allow: (_, { headers, cookies, clientAddress }) =>
                  headers.get('x-desk') === '7' && cookies.get('door') === 'back door' && !cookies.has('alarm') && /127\\.0\\.0\\.1$/.test(clientAddress),
              },
              { action: 'stamp', allow: (_, { headers, cookies, clientAddress }) => headers.get('x-desk') === '7' && cookies.has('door') && /127/.test(clientAddress) },
              { pattern: '/soon', role: 'editor', enforce: false },
              { pattern: '/soon/**' },
            ],
            access: { roles: { admin: ['editor'] } },
          }`),
      'src/gatehouse.ts': `
        import { Clock, defineGatehouse } from 'astro-gatehouse/server';
        ${MOVABLE_CLOCK}
        export default defineGatehouse({ services: (services) => services.override(Clock, MovableClock) });`,
      ...LATER,
      'src/pages/posts.ts': `
        const answer = ({ request }) => new Response(request.method + ' of posts');
        export { answer as GET, answer as POST, answer as DELETE };`,
      'src/pages/drafts.ts': `
        const answer = ({ request }) => new Response(request.method + ' of drafts');
        export { answer as GET, answer as POST, answer as HEAD };`,
      'src/pages/secret/[page].astro': '<h1>the secret page</h1>',
      'src/pages/billing.astro': '<h1>the bills</h1>',
      'src/pages/users/[id].astro': '<h1>user {Astro.params.id}</h1>',
      'src/pages/office/index.astro': '<h1>the office</h1>',
      'src/pages/office/call.ts': `
        import { actions } from 'astro:actions';
        export const GET = async (context) => Response.json(await context.callAction(actions.stamp, {}));`,
      'src/pages/soon/[...page].astro': '<h1>soon</h1><p>{Astro.locals.decision?.reason}</p>',
      'src/pages/404.astro': '<h1>nothing here</h1>',
      'src/pages/sign-in.astro': `---
        export const guard = 'guest';
        ---
        <h1>sign in</h1>`,
      'src/actions/index.ts': `
        import { defineAction } from 'astro:actions';
        import { setSession } from 'astro-gatehouse/server';
        export const server = {
          stamp: defineAction({ handler: () => 'stamped' }),
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
    await pass(2_100, server);
    expect((await reader.get('/billing')).location).toBe('/sign-in?returnTo=%2Fbilling&reauthenticate=1');
    const program = await reader.get('/billing', { headers: { accept: 'application/json' } });
    expect([program.status, JSON.parse(program.text)]).toEqual([
      401,
      expect.objectContaining({ code: 'SIGN_IN_AGAIN' }),
    ]);
    await reader.get('/enter?role=reader');
    expect((await reader.get('/billing')).text).toContain('the bills');
  });

  it('may require another sign-in, by an action on a page for guests', async () => {
    const reader = await visitor('role=reader');
    await pass(2_100, server);
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
});
