import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite, PAGE } from '../support/made-site.js';
import { RawClient } from '../support/raw-request.js';

const SITE: Parameters<typeof madeSite> = [
  `{
    forms: true,
    protect: [
      { pattern: '/account/**' },
      { pattern: '/admin/**', role: 'admin' },
      { pattern: '/files/**' },
      { pattern: '/exports/**', redirectTo: '/staff/' },
    ],
  }`,
  {
    'src/pages/login.astro': PAGE,
    'src/pages/staff.astro': PAGE,
    'src/pages/account/[...page].astro': `<h1>account</h1>`,
    'src/pages/admin/[...page].astro': '<h1>the secret of admins</h1>',
    'src/pages/files/bill.pdf.ts': `export const ALL = () => new Response('%PDF', { headers: { 'content-type': 'application/pdf' } });`,
    'src/pages/exports/all.csv.ts': `export { ALL } from '../files/bill.pdf.ts';`,
    'src/pages/enter.ts': `
      import { safeReturnTo, setSession } from 'astro-gatehouse/server';
      export const GET = async (context) => {
        await setSession(context, { userId: 'ada', role: context.url.searchParams.get('role') ?? undefined });
        return context.redirect(safeReturnTo(context));
      };`,
  },
  `base: '/app', trailingSlash: 'always',`,
];

const OPENED = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FETCHED = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

describe.each(['production', 'development'] as const)('A refused visitor, in %s,', (mode) => {
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

  async function member(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get('/app/enter/');
    return browser;
  }

  it('who opens a file is sent to sign in, and back to the file', async () => {
    const browser = new Browser(server);
    const asked = await browser.get('/app/files/bill.pdf?year=2026', { headers: OPENED });
    expect([asked.status, asked.location]).toEqual([
      302,
      '/app/login/?returnTo=%2Fapp%2Ffiles%2Fbill.pdf%3Fyear%3D2026',
    ]);
    const { searchParams } = new URL(String(asked.location), server.origin);
    const entered = await browser.get(`/app/enter/?returnTo=${encodeURIComponent(searchParams.get('returnTo') ?? '')}`);
    expect(entered.location).toBe('/app/files/bill.pdf?year=2026');
    expect((await browser.get(String(entered.location), { headers: OPENED })).text).toBe('%PDF');
  });

  it.each([
    ['a script', '/app/files/bill.pdf', { ...FETCHED, accept: '*/*' }, 401],
    [
      'an image',
      '/app/files/bill.pdf',
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', accept: 'image/*' },
      401,
    ],
    ['a frame', '/app/files/bill.pdf', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 401],
    ['curl', '/app/files/bill.pdf', { accept: '*/*' }, 401],
    ['a script that fetches a part', '/app/account/', { ...FETCHED, accept: 'text/html' }, 401],
    ['ClientRouter', '/app/account/', { ...FETCHED, accept: '*/*' }, 401],
    ['Turbo, for a frame', '/app/account/', { 'turbo-frame': 'messages' }, 401],
    ['Turbo, for a form', '/app/account/', { accept: 'text/vnd.turbo-stream.html, text/html' }, 401],
  ])('gets problem details from %s', async (_, path, headers, status) => {
    const answer = await new Browser(server).get(path, { headers });
    expect([answer.status, answer.location, answer.headers.get('hx-redirect')]).toEqual([status, null, null]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('vary')).toMatch(/^Cookie, .*Sec-Fetch-Dest/);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it.each([
    [
      'from a file whose rule says where to',
      '/app/exports/all.csv',
      'text/html',
      '/app/staff/?returnTo=%2Fapp%2Fexports%2Fall.csv',
    ],
    ['from no other file', '/app/files/bill.pdf', 'text/html', null],
    ['only if it is no program', '/app/exports/all.csv', '*/*', null],
  ])('with an old browser is redirected %s', async (_, target, accept, location) => {
    const client = new RawClient(server.port, 1);
    const { status, headers } = await client.send({ target, headers: { Accept: accept } });
    client.close();
    expect([status, headers.get('location')]).toEqual([location ? 302 : 401, location]);
  });

  it('whose form an endpoint was to receive signs in, and is not sent to open that endpoint', async () => {
    const answer = await new Browser(server).post('/app/files/bill.pdf', { a: 'b' }, { headers: OPENED });
    expect([answer.status, answer.location]).toEqual([303, '/app/login/']);
  });

  it.each([
    ['the page around it', '/app/posts/?page=2', '/app/login/?returnTo=%2Fapp%2Fposts%2F%3Fpage%3D2'],
    ['nothing, on the login page', '/app/login/?x=1', '/app/login/'],
    ['nothing, for another site', 'https://other.example/app/posts/', '/app/login/'],
  ])('is led by htmx to sign in, from a part of a page back to %s', async (_, shown, leadsTo) => {
    const headers = { ...FETCHED, 'hx-request': 'true', 'hx-current-url': new URL(shown, server.origin).href };
    for (const method of ['GET', 'POST']) {
      const answer = await new Browser(server).visit('/app/account/part/', { method, headers });
      expect([answer.status, answer.headers.get('hx-redirect'), answer.location]).toEqual([401, leadsTo, null]);
    }
  });

  it('is led by a boosted link back to the page that it leads to', async () => {
    const headers = {
      ...FETCHED,
      'hx-request': 'true',
      'hx-boosted': 'true',
      'hx-current-url': `${server.origin}/app/`,
    };
    const answer = await new Browser(server).get('/app/account/?tab=bills', { headers });
    expect([answer.status, answer.headers.get('hx-redirect')]).toEqual([
      401,
      '/app/login/?returnTo=%2Fapp%2Faccount%2F%3Ftab%3Dbills',
    ]);
  });

  it('gets no part of a page for others from htmx, and stays where they are', async () => {
    const headers = { ...FETCHED, 'hx-request': 'true', 'hx-current-url': `${server.origin}/app/` };
    const answer = await (await member()).get('/app/admin/part/', { headers });
    expect([answer.status, answer.headers.get('hx-redirect')]).toEqual([403, null]);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 403, missing: ['admin'] });
  });
});
