import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { guarded, madeSite, PAGE } from '../support/made-site.js';

const SITE: Parameters<typeof madeSite> = [
  `{
    forms: true,
    forbiddenPath: '/all/no',
    protect: [
      { pattern: '/area/**', role: 'editor', redirectTo: '/area/login' },
      { pattern: '/zone/login', public: true },
      { pattern: '/zone/**', redirectTo: '/zone/login' },
      { pattern: '/own/**', redirectTo: '/own/login' },
      { pattern: '/cors', methods: ['OPTIONS'], allow: () => true },
      { pattern: '/cors' },
      { pattern: '/all/**', allow: () => false },
    ],
  }`,
  {
    'src/pages/area/[...page].astro': PAGE,
    'src/pages/zone/[...page].astro': PAGE,
    'src/pages/own/[...page].astro': PAGE,
    'src/pages/own/login.astro': guarded(`'public'`),
    'src/pages/all/[...page].astro': PAGE,
    'src/pages/login.astro': guarded(`'guest'`),
    'src/pages/cors.ts': `
      export const GET = () => new Response('for members');
      export const OPTIONS = () => new Response(null, { status: 204, headers: { 'access-control-allow-methods': 'GET' } });`,
    'src/pages/cors-own.ts': `
      export const guard = [{ methods: ['OPTIONS'], allow: () => true }, 'user'];
      export { GET, OPTIONS } from './cors.ts';`,
    'src/pages/enter.ts': `
      import { safeReturnTo, setSession } from 'astro-gatehouse/server';
      export const GET = async (context) => {
        await setSession(context, { userId: 'u1' });
        return context.redirect(safeReturnTo(context, context.url.searchParams.get('fallback') ?? undefined));
      };`,
    'src/actions/index.ts': `
      import { defineAction } from 'astro:actions';
      import { goTo } from 'astro-gatehouse/server';
      export const server = {
        go: defineAction({ accept: 'form', handler: (form, context) => goTo(context, form.get('to')) }),
      };`,
  },
  `base: '/shop',`,
];

describe.each(['production', 'development'] as const)('A site below a base, in %s,', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = madeSite(...SITE);
    const secret = { GATEHOUSE_SECRET: SECRET };
    server = mode === 'development' ? await app.serveWith('dev', secret) : await (await app.build()).serve(secret);
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('logs a warning at startup about dead-end rules, each with the right rule', async () => {
    await new Browser(server).get('/shop/');
    const told = await server.printed(/- protect\[6\].*\n/);
    const lines = (told.match(/^ *- .*$/gm) ?? []).map((line) => line.trim());
    expect(lines).toEqual([
      "- protect[0] of astro.config, /area/** (role editor), redirects refused visitors to /area/login, and refuses them there as well. Write before it: { pattern: '/area/login', public: true }",
      "- protect[6] of astro.config, /all/** (allow()), redirects refused visitors to /all/no, and refuses them there as well. Write before it: { pattern: '/all/no', public: true }",
    ]);
    const guest = new Browser(server);
    expect((await guest.get('/shop/area/x')).status).toBe(401);
    expect((await guest.get('/shop/zone/x')).location).toBe('/shop/zone/login?returnTo=%2Fshop%2Fzone%2Fx');
    expect((await guest.get('/shop/zone/login')).status).toBe(200);
    expect((await guest.get('/shop/own/x')).location).toBe('/shop/own/login?returnTo=%2Fshop%2Fown%2Fx');
    expect((await guest.get('/shop/own/login')).status).toBe(200);
  });

  it.each([
    ['', '/shop/'],
    ['?fallback=/home', '/shop/home'],
    ['?fallback=/shop/home', '/shop/home'],
    ['?returnTo=/shop/zone/x', '/shop/zone/x'],
    ['?returnTo=//evil.example&fallback=/home', '/shop/home'],
  ])('redirects to the right page after a sign-in with the query "%s"', async (query, location) => {
    expect((await new Browser(server).get(`/shop/enter${query}`)).location).toBe(location);
  });

  it.each(['/bye', '/shop/bye'])('redirects below the base when an action goes to %s', async (to) => {
    const sent = await new Browser(server).post('/shop/?_action=go', { to });
    expect(sent).toMatchObject({ status: 303, location: '/shop/bye' });
  });

  it.each(['/shop/cors', '/shop/cors-own'])('can leave preflights to the endpoint %s itself', async (path) => {
    const browser = new Browser(server);
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
    const preflight = await browser.visit(path, { method: 'OPTIONS', headers });
    // In development, Vite answers preflights.
    const allowed = mode === 'development' ? expect.anything() : 'GET';
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, allowed]);
    expect((await browser.get(path)).status).toBe(401);
  });
});

describe('The report on dead-end rules and on rules without a requirement', () => {
  it('appears in a build and in the list of public routes', async () => {
    const app = madeSite(...SITE);
    const { code, output } = await app.astro('build');
    const open = await app.gatehouse('routes', '--public');
    app.rewrite('astro.config.mjs', (text) => text.replace('forms: true', 'forms: true, strict: true'));
    const strict = await app.astro('build');
    app.remove();
    expect([code, output]).toEqual([0, expect.stringContaining("{ pattern: '/area/login', public: true }")]);
    expect(output).not.toContain('/own/login');
    expect([strict.code === 0, strict.output]).toEqual([
      false,
      expect.stringContaining('These rules redirect refused visitors'),
    ]);
    const lines = open.output.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    expect(lines).toContain('/zone/[...page] | page | everybody | protect[1] of astro.config');
    expect(lines.filter((line) => /^\/(?:login|cors-own)/.test(line))).toEqual([]);
  });
});
