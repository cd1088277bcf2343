import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite, PAGE } from '../support/made-site.js';
import { RawClient } from '../support/raw-request.js';

/** What a page for refused users knows. */
function explains(name: string, more = ''): string {
  return `---
    const { visitor, decision, session } = Astro.locals;
    ${more}
    const { method } = Astro.request;
    const told = { visitor: visitor.id, missing: decision?.missing, opened: Astro.originPathname, method };
    ---
    <h1>${name}</h1><p>{session.flash('notice')}</p><pre set:html={JSON.stringify(told)} />`;
}

const SITE: Parameters<typeof madeSite> = [
  `{
    forms: true,
    loginPath: { '/staff/**': '/staff/in', '/**': '/login' },
    forbiddenPath: { render: '/no-entry' },
    protect: [
      { pattern: '/account/**' },
      { pattern: '/{staff,admin}/**', role: 'admin' },
      { pattern: '/de/konto', role: 'admin' },
      { pattern: '/files/**' },
      { pattern: '/exports/**', redirectTo: '/enter' },
      { pattern: '/by-middleware', role: 'admin' },
      { pattern: '/premium', role: 'payer', redirectTo: '/plans', forbiddenPath: { render: '/plans' } },
      { pattern: '/to-redirected', role: 'admin', forbiddenPath: '/plans' },
      { pattern: '/to-guarded', role: 'admin', forbiddenPath: { render: '/guarded' } },
      { pattern: '/guarded', role: 'admin' },
      { pattern: '/to-own-guard', role: 'admin', forbiddenPath: { render: '/own-guard' } },
      { pattern: '/to-hidden', role: 'admin', forbiddenPath: { render: '/hidden' } },
      { pattern: '/hidden', role: 'admin', status: 404 },
      { pattern: '/to-file', role: 'admin', forbiddenPath: { render: '/file' } },
      { pattern: '/to-nowhere', role: 'admin', forbiddenPath: { render: '/nowhere' } },
      { pattern: '/to-broken', role: 'admin', forbiddenPath: { render: '/broken' } },
      { pattern: '/to-leader', role: 'admin', forbiddenPath: { render: '/leads-into-admin' } },
      { pattern: '/to-asker', role: 'admin', forbiddenPath: { render: '/asks' } },
      { pattern: '/to-itself', role: 'admin', forbiddenPath: { render: '/to-itself' } },
      { pattern: '/to-shown', role: 'admin', forbiddenPath: { render: '/shown-by-middleware' } },
    ],
  }`,
  {
    'src/middleware.ts': `
      export const onRequest = async (context, next) => {
        if (context.originPathname.includes('/admin')) context.cookies.set('seen', 'admin', { path: '/' });
        const { pathname } = context.url;
        if (pathname.endsWith('/by-middleware/')) return new Response('the secret of the middleware');
        if (pathname.endsWith('/shown-by-middleware/')) return new Response('shown to everybody');
        const failed = () => new Response('the secret of a copy');
        const answer = await (context.url.searchParams.has('caught') ? next().catch(failed) : next());
        if (context.url.searchParams.has('forgotten')) return;
        if (context.url.searchParams.has('stale') && !answer.ok) return new Response('the secret of a copy');
        if (context.url.searchParams.has('read')) return new Response('the secret and ' + (await answer.text()));
        const isLedAstray = pathname.endsWith('/no-entry/') && context.originPathname.includes('/astray');
        return isLedAstray ? context.rewrite('/app/admin/secret/') : answer;
      };`,
    'src/actions/index.ts': `
      import { defineAction } from 'astro:actions';
      export const server = { spoil: defineAction({ accept: 'form', handler: () => { globalThis.spoilt = true; } }) };`,
    'src/pages/spoilt.ts': 'export const GET = () => Response.json(globalThis.spoilt ?? false);',
    'src/pages/login.astro': PAGE,
    'src/pages/staff/in.astro': PAGE,
    'src/pages/de/login.astro': PAGE,
    'src/pages/no-entry.astro': explains('no entry'),
    'src/pages/de/no-entry.astro': explains('kein Zutritt'),
    'src/pages/plans.astro': explains('plans'),
    'src/pages/guarded.astro': 'the secret of admins',
    'src/pages/own-guard.astro': "---\nexport const guard = { role: 'admin' };\n---\nthe secret of admins",
    'src/pages/hidden.astro': 'the secret of admins',
    'src/pages/file.astro': '---\nexport const prerender = true;\n---\n<h1>a file</h1>',
    'src/pages/broken.astro': "---\nthrow new Error('broken');\n---",
    'src/pages/leads-into-admin.astro': "---\nreturn Astro.rewrite('/app/admin/');\n---",
    'src/pages/asks.astro':
      "---\nimport { authorize } from 'astro-gatehouse/server';\nawait authorize({ role: 'admin' });\n---\nthe secret of admins",
    'src/pages/team.astro':
      "---\nimport { authorize } from 'astro-gatehouse/server';\nawait authorize({ role: 'admin' });\n---\nthe secret of admins",
    'src/pages/account/[...page].astro': '<h1>account</h1>',
    'src/pages/admin/[...page].astro':
      "---\nimport { oldInput } from 'astro-gatehouse/server';\n---\n<h1>the secret of admins</h1>{oldInput('note')}",
    'src/pages/staff/[...page].astro': '<h1>the secret of admins</h1>',
    'src/pages/de/konto.astro': '<h1>the secret of admins</h1>',
    'src/pages/premium.astro': '<h1>the secret of payers</h1>',
    'src/pages/to-[place].astro': '<h1>the secret of admins</h1>',
    'src/pages/files/bill.pdf.ts': `export const ALL = () => new Response('%PDF', { headers: { 'content-type': 'application/pdf' } });`,
    'src/pages/exports/all.csv.ts': `export { ALL } from '../files/bill.pdf.ts';`,
    'src/pages/enter.ts': `
      import { safeReturnTo, setSession } from 'astro-gatehouse/server';
      export const GET = async (context) => {
        await setSession(context, { userId: 'ada', role: context.url.searchParams.get('role') ?? undefined });
        context.locals.session.flash('notice', 'welcome');
        return context.redirect(safeReturnTo(context));
      };`,
  },
  `base: '/app', trailingSlash: 'always', i18n: { locales: ['en', 'de', 'pt'], defaultLocale: 'en' },`,
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
      '/app/enter/?returnTo=%2Fapp%2Fexports%2Fall.csv',
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

  it.each([
    ['/app/staff/rota/', '/app/staff/in/?returnTo=%2Fapp%2Fstaff%2Frota%2F'],
    ['/app/account/', '/app/login/?returnTo=%2Fapp%2Faccount%2F'],
    ['/app/de/konto/', '/app/de/login/?returnTo=%2Fapp%2Fde%2Fkonto%2F'],
  ])('signs in where the address belongs: %s', async (path, location) => {
    const guest = new Browser(server);
    expect(await guest.get(path, { headers: OPENED })).toMatchObject({ status: 302, location });
    const [login = ''] = location.split('?');
    expect(await guest.get(login)).toMatchObject({ status: 200 });
    // None of them is a page to return to.
    const back = await guest.get(`/app/enter/?returnTo=${encodeURIComponent(login)}`);
    expect(back.location).toBe('/app/');
  });

  it('is sent from no language to a login page that it does not have', async () => {
    const { location } = await new Browser(server).get('/app/account/', { headers: OPENED });
    expect(location).toMatch(/^\/app\/login\//);
    expect((await new Browser(server).get('/app/pt/login/')).status).toBe(404);
  });

  describe('who is a member', () => {
    it.each([
      ['by a rule', '/app/admin/users/?a=b', 'no entry', '/admin/users'],
      ['though a middleware forgets to return the answer', '/app/admin/?forgotten', 'no entry', '/admin'],
      ['in the language of the address', '/app/de/konto/', 'kein Zutritt', '/de/konto'],
      ['by a rule with a page of its own', '/app/premium/', 'plans', '/premium'],
      ["by the page's own code", '/app/team/', 'no entry', '/team'],
      ['with what a middleware answers', '/app/by-middleware/', 'no entry', '/by-middleware'],
      ['though a middleware puts a copy in its place', '/app/admin/?stale', 'no entry', '/admin'],
      ["by the page's own guard, though a middleware does so", '/app/own-guard/?stale', 'no entry', '/own-guard'],
      ["by the page's own code, though a middleware does so", '/app/team/?stale', 'no entry', '/team'],
    ])('is shown the page for refused users at the address: %s', async (_, path, heading, opened) => {
      const browser = await member();
      const answer = await browser.get(path, { headers: OPENED });
      expect([answer.status, answer.location]).toEqual([403, null]);
      expect(answer.text).toMatch(new RegExp(`<h1[^>]*>${heading}</h1>`));
      expect(answer.text).not.toContain('secret');
      const [, told = '{}'] = /<pre[^>]*>(.*)<\/pre>/.exec(answer.text) ?? [];
      const missing = path.includes('premium') ? ['payer'] : ['admin'];
      expect(JSON.parse(told)).toMatchObject({ visitor: 'ada', missing, method: 'GET' });
      expect(JSON.parse(told).opened.replace(/^\/app|\/$/g, '')).toBe(opened);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.headers.get('vary')).toMatch(/Cookie.*Sec-Fetch-Dest/);
    });

    it('is shown nothing that a middleware makes of the page for refused users without its status', async () => {
      const answer = await (await member()).get('/app/admin/?read', { headers: OPENED });
      expect([answer.status, answer.text]).toEqual([403, 'Forbidden']);
      const broken = await (await member()).get('/app/to-broken/?caught', { headers: OPENED });
      expect([broken.status, broken.text]).toEqual([403, 'Forbidden']);
      const file = await (await member()).get('/app/to-file/?stale', { headers: OPENED });
      expect([file.status, file.text]).toEqual([403, 'Forbidden']);
    });

    it('gets each message once, and every cookie', async () => {
      const browser = await member();
      const first = await browser.get('/app/admin/', { headers: OPENED });
      expect(first.text).toContain('welcome');
      expect(browser.cookies.get('seen')).toBe('admin');
      const again = await browser.get('/app/admin/', { headers: OPENED });
      expect([again.status, again.text.includes('welcome')]).toEqual([403, false]);
      expect((await browser.get('/app/account/')).status).toBe(200);
    });

    it('gets no body for HEAD', async () => {
      const answer = await (await member()).visit('/app/admin/', { method: 'HEAD', headers: OPENED });
      expect([answer.status, answer.text]).toEqual([403, '']);
    });

    it('sends a form to nobody', async () => {
      const browser = await member();
      const answer = await browser.post('/app/admin/?_action=spoil', { a: 'b' }, { headers: OPENED });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('no entry');
      expect(answer.text).toContain('"method":"GET"');
      expect((await browser.get('/app/spoilt/')).text).toBe('false');
    });

    it.each([
      ['by a rule', '/app/to-guarded/'],
      ['by its own guard', '/app/to-own-guard/'],
      ['by its own code', '/app/to-asker/'],
      ['as if it did not exist', '/app/to-hidden/'],
      ['because it is a file', '/app/to-file/'],
      ['because it does not exist', '/app/to-nowhere/'],
      ['because it leads into the protected area', '/app/to-leader/'],
      ['because it is the page itself', '/app/to-itself/'],
      ['because a middleware answers without the guard', '/app/to-shown/'],
      ['because a middleware leads on into the protected area', '/app/admin/astray/'],
    ])('gets a plain refusal where that page is refused as well: %s', async (_, path) => {
      const answer = await (await member()).get(path, { headers: OPENED });
      expect([answer.status, answer.location, answer.text]).toEqual([403, null, 'Forbidden']);
    });

    it('finds the input of a form again once its page may be opened', async () => {
      const browser = new Browser(server);
      const sent = await browser.post('/app/admin/', { note: 'typed before' }, { headers: OPENED });
      expect(sent.location).toBe('/app/login/?returnTo=%2Fapp%2Fadmin%2F');
      await browser.get('/app/enter/');
      expect((await browser.get('/app/admin/', { headers: OPENED })).status).toBe(403);
      await browser.get('/app/enter/?role=admin');
      expect((await browser.get('/app/admin/', { headers: OPENED })).text).toContain('typed before');
    });

    it('is why the log says that the page cannot be rendered', async () => {
      expect(await server.printed('could not be rendered for refused visitors')).toMatch(/prerender = false/);
    });

    it('whose page for refused users fails gets the answer of a failed page', async () => {
      expect((await (await member()).get('/app/to-broken/', { headers: OPENED })).status).toBe(500);
    });

    it('is redirected by a rule that names a path', async () => {
      const answer = await (await member()).get('/app/to-redirected/', { headers: OPENED });
      expect([answer.status, answer.location]).toEqual([302, '/app/plans/']);
      expect(await new Browser(server).get('/app/plans/')).toMatchObject({ status: 200 });
    });

    it('whose program asks gets problem details', async () => {
      const answer = await (await member()).get('/app/admin/', { headers: { ...FETCHED, accept: '*/*' } });
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { missing: ['admin'] }]);
    });

    it('is led by a boosted link to open the address, which shows the page', async () => {
      const headers = { ...FETCHED, 'hx-request': 'true', 'hx-boosted': 'true' };
      const answer = await (await member()).get('/app/admin/?a=b', { headers });
      expect([answer.status, answer.headers.get('hx-redirect')]).toEqual([403, '/app/admin/?a=b']);
    });

    it('is admitted with the role', async () => {
      const browser = new Browser(server);
      await browser.get('/app/enter/?role=admin');
      for (const path of ['/app/admin/', '/app/guarded/', '/app/to-itself/', '/app/team/']) {
        expect([path, (await browser.get(path, { headers: OPENED })).status]).toEqual([path, 200]);
      }
    });
  });
});
