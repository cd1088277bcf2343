import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { type RawAnswer, RawClient, type RawRequest } from '../support/raw-request.js';
import { note, WITNESS, witnessed } from '../support/witness.js';

const EVIL = 'https://evil.example';
const FORM = 'application/x-www-form-urlencoded';

/** Astro's config; all other options are read when a site starts. */
const config = (security = {}) => `
  import node from '@astrojs/node';
  import { defineConfig } from 'astro/config';
  import gatehouse from 'astro-gatehouse';
  export default defineConfig({
    output: 'server',
    security: ${JSON.stringify(security)},
    adapter: node({ mode: 'standalone' }),
    integrations: [gatehouse()],
  });`;

const SETUP = `
  import { defineGatehouse } from 'astro-gatehouse/server';
  export default defineGatehouse({ debug: true, ...JSON.parse(process.env.OPTIONS ?? '{}') });`;

const PAGES = {
  'src/gatehouse.ts': SETUP,
  ...WITNESS,
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    const ran = (accept) => defineAction({ accept, handler: () => void ${note("'action'")} });
    export const server = { act: ran('json'), send: ran('form') };`,
  'src/pages/index.astro': `---\nif (Astro.request.method !== 'GET') ${note("'page'")};\n---\n<h1>the page</h1>`,
  'src/pages/api.ts': `export const ALL = () => { ${note("'endpoint'")}; return new Response('done'); };`,
  'src/pages/404.astro': '<h1>nothing here</h1>',
};

/** Returns the environment of a site that starts with these options. */
const started = (options: object) => ({ GATEHOUSE_SECRET: SECRET, OPTIONS: JSON.stringify(options) });

/** A running site that records whether a request had an effect. */
class SentSite {
  readonly #client: RawClient;

  private constructor(
    private readonly app: App,
    readonly server: Server,
  ) {
    this.#client = new RawClient(server.port, 1);
  }

  /** @param options Options of defineGatehouse() when the site starts. @param more Of its environment. */
  static async serve(
    files: Record<string, string>,
    options = {},
    more: Record<string, string> = {},
  ): Promise<SentSite> {
    const app = await App.create(undefined, files).build();
    return new SentSite(app, await app.serve({ ...started(options), ...more }));
  }

  /** Returns the response, and whether any code of the site ran. */
  async send(request: RawRequest): Promise<RawAnswer & { ran: boolean }> {
    const answer = await this.#client.send(request);
    return { ...answer, ran: (await witnessed(this.server)).length > 0 };
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.server.stop();
    this.app.remove();
  }
}

/** Requests that are accepted or rejected. `SELF` stands for the origin of the site. */
const CASES: { passes: boolean; who: string; method?: string; headers: Record<string, string> }[] = [
  ...['POST', 'DELETE', 'PATCH'].map((method) => ({
    passes: true,
    who: 'the site itself',
    method,
    headers: { Origin: 'SELF', 'Content-Type': FORM },
  })),
  { passes: true, who: 'the site, by Referer', headers: { Referer: 'SELF/form', 'Content-Type': FORM } },
  { passes: true, who: 'any site with a safe method', method: 'HEAD', headers: { Origin: EVIL } },
  { passes: true, who: 'any site with a safe method', method: 'GET', headers: { Origin: EVIL } },
  ...['POST', 'PUT', 'DELETE', 'QUERY'].map((method) => ({
    passes: false,
    who: 'another site',
    method,
    headers: { Origin: EVIL, 'Content-Type': FORM },
  })),
  ...[
    'application/json',
    'application/json; charset=utf-8',
    ' application/json',
    'application/reports+json',
    'application/csp-report',
    'application/octet-stream',
    'text/xml',
    'text/plain',
    'text/plain;application/json',
    `${FORM}, application/json`,
    'multipart/form-data; boundary=b',
  ].map((type) => ({
    passes: false,
    who: `another site, as ${type}`,
    headers: { Origin: EVIL, 'Content-Type': type },
  })),
  { passes: false, who: 'a script of another site', headers: { Origin: EVIL, 'X-Requested-With': 'XMLHttpRequest' } },
  {
    passes: false,
    who: 'a sub-domain',
    headers: { Origin: 'http://evil.127.0.0.1.example', 'Sec-Fetch-Site': 'same-site' },
  },
  { passes: false, who: 'two sites', headers: { Origin: `SELF, ${EVIL}` } },
  { passes: false, who: 'an unknown origin', headers: { 'Content-Type': FORM } },
  { passes: false, who: 'another site, by Referer', headers: { Referer: `${EVIL}/` } },
  { passes: false, who: 'a site with the same prefix in its name', headers: { Referer: 'SELF.evil.example/' } },
  { passes: false, who: 'a site with this one as user name in its URL', headers: { Referer: 'SELF@evil.example/' } },
  {
    passes: false,
    who: 'a browser with contradictory headers',
    headers: { Origin: 'SELF', 'Sec-Fetch-Site': 'cross-site' },
  },
  {
    passes: false,
    who: 'another site that names a safe method',
    headers: { Origin: EVIL, 'X-HTTP-Method-Override': 'GET', 'X-Forwarded-Host': 'evil.example' },
  },
];

const TRUSTED = ['https://app.example.com', 'capacitor://localhost'];

const SITE = {
  // Astro's own check, which comes first, is off, so every rejection is one of the package.
  'astro.config.mjs': config({ checkOrigin: false }),
  ...PAGES,
  'src/pages/webhooks/[from].ts': `export const POST = ({ params, rewrite }) => {
    if (params.from === 'rewritten') return rewrite('/');
    ${note("'webhook'")};
    return new Response('thanks');
  };`,
  'src/pages/back.ts': `
    import { safeReturnTo } from 'astro-gatehouse/server';
    export const GET = (context) => context.redirect(safeReturnTo('/home', context));`,
  'src/pages/news.astro': `---
    import News from '../components/News.astro';
    ---
    <News server:defer text={'x'.repeat(5000)} />`,
  'src/components/News.astro': `---\n${note("'island'")};\n---\n<p>the news</p>`,
  'src/middleware.ts': `
    import { getActionContext } from 'astro:actions';
    export const onRequest = async (context, next) => {
      if (context.url.searchParams.has('bymiddleware')) await getActionContext(context).action?.handler();
      if (context.request.method !== 'GET' && context.url.searchParams.has('visits')) context.locals.session.set('visits', 1);
      return context.url.searchParams.has('hop') ? next('/api') : next();
    };`,
};

describe('A built site', () => {
  let site: SentSite;

  beforeAll(async () => {
    site = await SentSite.serve(SITE, { csrf: { except: ['/webhooks/**'], trustedOrigins: TRUSTED } });
  });
  afterAll(() => site?.stop());

  it.each(TRUSTED)('accepts requests of the trusted origin %s, from every browser', async (origin) => {
    for (const headers of [
      { Origin: origin, 'Sec-Fetch-Site': 'same-site' },
      { Origin: origin, 'Sec-Fetch-Site': 'cross-site' },
      { Origin: origin },
      { Referer: `${origin}/form` },
    ]) {
      for (const target of ['/', '/api', '/_actions/send', '/?_action=send', '/nowhere?hop']) {
        const answer = await send(target, { ...headers, 'Content-Type': FORM } as Record<string, string>);
        expect({ target, headers, ran: answer.ran }).toEqual({ target, headers, ran: true });
      }
    }
    expect(await send('/api', { Origin: `${origin}.evil.example` })).toMatchObject({ status: 403, ran: false });
    expect(await send('/api', { Origin: origin, Referer: EVIL })).toMatchObject({ status: 403, ran: false });
  });

  it('returns to pages of trusted origins', async () => {
    const back = async (returnTo: string) =>
      (await site.send({ target: `/back?returnTo=${encodeURIComponent(returnTo)}` })).headers.get('location');
    expect(await back('https://app.example.com/inbox?a=1#b')).toBe('https://app.example.com/inbox?a=1#b');
    expect(await back('capacitor://localhost/inbox')).toBe('capacitor://localhost/inbox');
    for (const other of [EVIL, 'https://app.example.com@evil.example/', '//app.example.com/', 'javascript:alert(1)']) {
      expect(await back(other)).toBe('/home');
    }
    expect(await back('/inside')).toBe('/inside');
  });

  const self = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.replace('SELF', site.server.origin)]));
  const send = (target: string, headers: Record<string, string>, method = 'POST') =>
    site.send({
      method,
      target,
      headers: self(headers),
      ...(method !== 'GET' && method !== 'HEAD' && { body: 'a=1' }),
    });

  describe.each([
    ['a page', '/'],
    ['an endpoint', '/api'],
    ['an action that is called', '/_actions/send'],
    ['an action that a form is sent to', '/?_action=send'],
    ['an action in a middleware of its own', '/?_action=send&bymiddleware'],
    ['a path that a middleware rewrites', '/nowhere?hop'],
    ['nothing', '/nowhere'],
  ])('has %s', (_, target) => {
    it.each(CASES.filter(({ passes }) => !passes))('that rejects a request of $who: $method $headers', async (sent) => {
      const { status, ran } = await send(target, sent.headers, sent.method);
      expect({ status, ran }).toEqual({ status: 403, ran: false });
    });

    it.each(CASES.filter(({ passes }) => passes))('that accepts a request of $who: $method $headers', async (sent) => {
      const { status } = await send(target, sent.headers, sent.method);
      expect(status).not.toBe(403);
    });
  });

  it('runs requests of its own pages', async () => {
    for (const target of ['/', '/api', '/_actions/send', '/?_action=send', '/nowhere?_action=send', '/nowhere?hop']) {
      const type = { 'Content-Type': FORM };
      expect({ target, ...(await send(target, { Origin: 'SELF', ...type })) }).toMatchObject({ target, ran: true });
      const fetched = { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://public.example', ...type };
      expect({ target, ...(await send(target, fetched)) }).toMatchObject({ target, ran: true });
    }
  });

  it('rejects a cross-site request with a lower-case method', async () => {
    const { status, ran } = await send('/api', { Origin: EVIL }, 'post');
    expect([status >= 400, ran]).toEqual([true, false]);
  });

  it('explains a rejection to programs and to visitors', async () => {
    const [program, visitor, action] = await Promise.all([
      send('/api', { Origin: EVIL, Accept: 'application/json' }),
      send('/', { Origin: EVIL, Accept: 'text/html' }),
      send('/_actions/send', { Origin: EVIL }),
    ]);
    expect(JSON.parse(program.text)).toMatchObject({ status: 403, code: 'CSRF_REFUSED' });
    expect(visitor.text).toBe('The request does not come from a page of this site.');
    expect(JSON.parse(action.text)).toMatchObject({ type: 'AstroActionError', code: 'FORBIDDEN' });
    for (const { headers } of [program, visitor, action]) {
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(headers.get('vary')).toContain('Sec-Fetch-Site');
    }
  });

  it('discards session changes of a middleware for a request that is rejected afterwards', async () => {
    const refused = await send('/webhooks/rewritten?visits', { Origin: EVIL });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    const kept = await send('/api?visits', { Origin: 'SELF' });
    expect(kept.headers.getSetCookie()).toHaveLength(1);
  });

  it('accepts excepted paths from other sites, but not what they are rewritten to', async () => {
    const hook = await send('/webhooks/stripe', { 'Content-Type': 'application/json' });
    expect([hook.status, hook.ran]).toEqual([200, true]);
    expect(await send('/webhooks/stripe', { Origin: EVIL })).toMatchObject({ status: 200 });
    expect(await send('/webhooks/rewritten', { Origin: EVIL })).toMatchObject({ status: 403, ran: false });
    expect(await send('/webhooks/stripe?_action=send', { Origin: EVIL })).toMatchObject({ status: 403, ran: false });
    expect(await send('/webhooks/stripe?hop', { Origin: EVIL })).toMatchObject({ status: 403, ran: false });
  });

  it('accepts islands fetched by its own pages, with POST too', async () => {
    const { text } = await site.send({ target: '/news' });
    const [, target = '/none'] = /fetch\("([^"]+)"/.exec(text) ?? [];
    const data = Object.fromEntries(
      Array.from(text.matchAll(/(encrypted\w+): "([^"]*)"/g), ([, name, value]) => [name, value]),
    );
    const fetched = (headers: Record<string, string>) => {
      const sent = { 'Content-Type': 'application/json', ...self(headers) };
      return site.send({ method: 'POST', target, headers: sent, body: JSON.stringify(data) });
    };
    expect(target).toMatch(/^\/_server-islands\/News/);
    expect(await fetched({ Origin: 'SELF' })).toMatchObject({ status: 200, ran: true });
    expect(await fetched({ Origin: EVIL })).toMatchObject({ status: 403, ran: false });
  });

  it('logs the reason of a rejection', async () => {
    const before = site.server.output.length;
    await send('/api', { Origin: EVIL });
    expect(await site.server.printed('CSRF_REFUSED', before)).toMatch(
      /POST \/api \(route \/api\): CSRF_REFUSED: Origin https:\/\/evil\.example is not http:\/\/127\.0\.0\.1:\d+/,
    );
  });
});

describe('A site behind a proxy that ends TLS', () => {
  let site: SentSite;
  const domains = [
    { protocol: 'https', hostname: 'shop.example' },
    { protocol: 'https', hostname: '**.tenants.example' },
  ];

  beforeAll(async () => {
    site = await SentSite.serve({ 'astro.config.mjs': config({ allowedDomains: domains }), ...PAGES });
  });
  afterAll(() => site?.stop());

  const send = (target: string, headers: Record<string, string>) =>
    site.send({ method: 'POST', target, headers: { 'Content-Type': 'application/json', ...headers }, body: '{}' });
  const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'shop.example' };

  it.each<[string, Record<string, string>]>([
    ['that forwards its name', { ...forwarded, Origin: 'https://shop.example' }],
    ['that forwards its name, to forms', { ...forwarded, Origin: 'https://shop.example', 'Content-Type': FORM }],
    ['that keeps the host', { Host: 'shop.example', Origin: 'https://shop.example' }],
    [
      'that keeps the host and forwards the scheme',
      { Host: 'shop.example', 'X-Forwarded-Proto': 'https', Origin: 'https://shop.example' },
    ],
    ['that forwards nothing', { Origin: 'https://shop.example' }],
    ['that forwards nothing, with a Referer', { Referer: 'https://shop.example/form' }],
    ['that serves a tenant', { Host: 'a.tenants.example', Origin: 'https://a.tenants.example' }],
    ['when the browser sends Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://shop.example' }],
  ])('recognizes its own pages behind a proxy %s', async (_, headers) => {
    expect(await send('/', headers)).toMatchObject({ status: 200, ran: true });
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { ...forwarded, Origin: EVIL }],
    ['another site with a forged X-Forwarded-Host', { 'X-Forwarded-Host': 'evil.example', Origin: EVIL }],
    ['another site with a host of its own', { 'X-Forwarded-Host': 'evil.example', Host: 'shop.example', Origin: EVIL }],
    ['the site without TLS', { ...forwarded, Origin: 'http://shop.example' }],
    ['another port', { ...forwarded, Origin: 'https://shop.example:8443' }],
    ['a sub-domain', { ...forwarded, Origin: 'https://a.shop.example' }],
    ['another tenant', { Host: 'a.tenants.example', Origin: 'https://b.tenants.example' }],
    ['a browser with contradictory headers', { ...forwarded, 'Sec-Fetch-Site': 'same-origin', Origin: EVIL }],
  ])('rejects requests of %s', async (_, headers) => {
    expect(await send('/', headers)).toMatchObject({ status: 403, ran: false });
  });

  it('shows its own error pages', async () => {
    const answer = await send('/nowhere', { ...forwarded, Origin: 'https://shop.example' });
    expect([answer.status, answer.text.includes('nothing here')]).toEqual([404, true]);
  });
});

describe('A site behind a proxy that Astro is not configured for', () => {
  let site: SentSite;

  beforeAll(async () => {
    site = await SentSite.serve(
      { 'astro.config.mjs': config(), ...PAGES, ...TOKEN_PAGES },
      { debug: false, csrf: { trustedOrigins: TRUSTED } },
    );
  });
  afterAll(() => site?.stop());

  it('logs once that Astro refuses forms of trusted origins', async () => {
    const before = site.server.output.length;
    const headers = { Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'same-site', 'Content-Type': FORM };
    expect(await site.send({ method: 'POST', target: '/', headers, body: 'a=1' })).toMatchObject({
      status: 403,
      ran: false,
    });
    expect(await site.server.printed('csrf.trustedOrigins', before)).toContain('security: { checkOrigin: false }');
    const json = { ...headers, 'Content-Type': 'application/json' };
    expect(await site.send({ method: 'POST', target: '/', headers: json, body: '{}' })).toMatchObject({ ran: true });
  });

  it('logs once which setting is missing', async () => {
    const headers = { Host: 'shop.example', Origin: 'https://shop.example', 'Content-Type': 'application/json' };
    for (let times = 0; times < 2; times++) {
      expect(await site.send({ method: 'POST', target: '/api', headers, body: '{}' })).toMatchObject({ status: 403 });
    }
    await site.send({ method: 'POST', target: '/api', headers: { Origin: EVIL, 'Content-Type': 'application/json' } });
    const told = (await site.server.printed(/CSRF_REFUSED.*\n/)).match(/CSRF_REFUSED.*/g);
    expect(told).toEqual([
      expect.stringContaining("security: { allowedDomains: [{ protocol: 'https', hostname: 'shop.example' }] }"),
    ]);
  });

  it('still accepts requests of modern browsers', async () => {
    const headers = {
      'Sec-Fetch-Site': 'same-origin',
      Origin: 'https://shop.example',
      'Content-Type': 'application/json',
    };
    expect(await site.send({ method: 'POST', target: '/', headers, body: '{}' })).toMatchObject({
      status: 200,
      ran: true,
    });
  });

  it("does not replace Astro's own check", async () => {
    const headers = { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://shop.example', 'Content-Type': FORM };
    const { status, text } = await site.send({ method: 'POST', target: '/', headers, body: 'a=1' });
    expect([status, text]).toEqual([403, 'Cross-site POST form submissions are forbidden']);
  });
});

describe('A site with the protection switched off', () => {
  it('accepts requests of every site', async () => {
    const site = await SentSite.serve(SITE, { csrf: false });
    const headers = { Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' };
    for (const target of ['/', '/?_action=send']) {
      expect(await site.send({ method: 'POST', target, headers: { ...headers, 'Content-Type': FORM } })).toMatchObject({
        status: 200,
        ran: true,
      });
    }
    await site.stop();
  });
});

/** Two pipelines in one build; the environment of the server names the one it uses. */
const PIPELINES = `
  import { Hono } from 'hono';
  import { FetchState, actions, middleware, pages } from 'astro/fetch';
  import * as astro from 'astro/hono';
  import { guard } from 'astro-gatehouse/fetch';
  const plain = {
    async fetch(request) {
      const state = new FetchState(request);
      return (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages);
    },
  };
  const hono = new Hono();
  hono.use(guard(), astro.actions(), astro.middleware(), astro.pages());
  export default process.env.PIPELINE === 'Hono' ? hono : plain;`;

describe('A custom pipeline in which actions run before any middleware', () => {
  it.each(['Astro', 'Hono'])('is guarded: %s', async (PIPELINE) => {
    const files = { 'astro.config.mjs': config({ checkOrigin: false }), ...PAGES, 'src/fetch.ts': PIPELINES };
    const site = await SentSite.serve(files, {}, { PIPELINE });
    for (const target of ['/', '/?_action=send', '/_actions/send', '/nowhere?_action=send']) {
      const sent = (origin: string) =>
        site.send({ method: 'POST', target, headers: { Origin: origin, 'Content-Type': FORM }, body: 'a=1' });
      expect({ target, ...(await sent(EVIL)) }).toMatchObject({ target, status: 403, ran: false });
      if (!target.startsWith('/nowhere'))
        expect({ target, ...(await sent(site.server.origin)) }).toMatchObject({ ran: true });
    }
    await site.stop();
  });
});

const TOKEN_PAGES = {
  'src/layouts/Layout.astro': `---
    await new Promise((wake) => setTimeout(wake, 30));
    ---
    <html><body><h1>layout</h1><slot /></body></html>`,
  'src/components/Form.astro': `---
    import { CsrfField } from 'astro-gatehouse/components';
    await new Promise((wake) => setTimeout(wake, 30));
    ---
    <form id="f" method="post"><CsrfField /><input name="name" /></form><CsrfField form="f" />`,
  'src/pages/login.astro': `---
    import { setSession } from 'astro-gatehouse/server';
    import Form from '../components/Form.astro';
    import Layout from '../layouts/Layout.astro';
    if (Astro.request.method === 'POST') {
      const form = await Astro.request.formData();
      await setSession(Astro, { userId: String(form.get('name')) });
      return Astro.redirect('/account', 303);
    }
    ---
    <Layout><Form /></Layout>`,
  'src/pages/account/index.astro': `---
    import { csrfToken, getSession } from 'astro-gatehouse/server';
    const form = Astro.request.method === 'POST' ? await Astro.request.formData() : undefined;
    ---
    <p>token={await csrfToken(Astro)}</p><p>session={JSON.stringify(getSession())}</p>
    <p>name={form?.get('name')} file={(form?.get('file') as File | null)?.size ?? 0}</p>`,
  'src/pages/account/api.ts': `
    import { csrfToken } from 'astro-gatehouse/server';
    export const GET = async () => new Response(await csrfToken());
    export const POST = () => new Response('saved');`,
  'src/pages/account/broken.ts': `export const POST = async ({ request }) => { await request.text(); throw new Error('broken'); };`,
  'src/pages/hopper.astro': `---\nreturn Astro.rewrite('/account');\n---`,
  'src/pages/500.astro': '<h1>something broke</h1>',
  'src/pages/plain.astro': '<h1>plain</h1>',
};

describe.each(['cookie', 'memory'])('A site that requires CSRF tokens, %s store,', (store) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    const csrf = { requireToken: ['/login', '/account/**', '/_actions/send'] };
    app = await App.create(undefined, { 'astro.config.mjs': config(), ...PAGES, ...TOKEN_PAGES }).build();
    server = await app.serve(started({ csrf, session: { store } }));
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  const tokensIn = (text: string) =>
    Array.from(text.matchAll(/name="_csrf" value="([\w-]+)"/g), ([, token = '']) => token);
  const tokenOf = async (browser: Browser) => /token=([\w-]+)/.exec((await browser.get('/account')).text)?.[1] ?? '';

  async function signedIn(name = 'ann'): Promise<Browser> {
    const browser = new Browser(server);
    const [token = ''] = tokensIn((await browser.get('/login')).text);
    const { status } = await browser.post('/login', { _csrf: token, name });
    if (status !== 303) throw new Error(`Nobody can sign in: ${status}`);
    return browser;
  }

  it('lets a guest sign in with a token from a field anywhere in the page', async () => {
    const browser = new Browser(server);
    const page = await browser.get('/login');
    expect(tokensIn(page.text)).toHaveLength(2);
    expect(page.text).toMatch(/name="_csrf" value="[\w-]+" form="f"/);
    expect(page.setCookies).toHaveLength(1);
    expect(page.headers.get('cache-control')).toContain('private');
    expect((await browser.post('/login', { name: 'ann' })).status).toBe(403);
    const [, token = ''] = tokensIn(page.text);
    expect((await browser.post('/login', { _csrf: token, name: 'ann' })).location).toBe('/account');
    expect((await browser.get('/account')).text).toContain('session={&quot;userId&quot;:&quot;ann&quot;}');
  });

  it('needs no session and no cookie for a page without a field', async () => {
    const { setCookies, headers } = await new Browser(server).get('/plain');
    expect([setCookies, headers.get('cache-control')]).toEqual([[], null]);
  });

  it('rejects a token from before the sign-in, and the token of another visitor', async () => {
    const browser = new Browser(server);
    const [before = ''] = tokensIn((await browser.get('/login')).text);
    await browser.post('/login', { _csrf: before, name: 'ann' });
    const own = await tokenOf(browser);
    const others = await tokenOf(await signedIn('bob'));
    const status = async (token: string) => (await browser.post('/account', { _csrf: token })).status;
    expect([await status(own), await status(before), await status(others)]).toEqual([200, 403, 403]);
    expect([await status(''), await status(own.slice(1)), await status(`${own},${own}`)]).toEqual([403, 403, 403]);
  });

  it('renders a different token in each response', async () => {
    const browser = await signedIn();
    expect(await tokenOf(browser)).not.toBe(await tokenOf(browser));
  });

  it('explains to a visitor what to do after a rejection', async () => {
    const browser = await signedIn();
    const form = await browser.post('/account', {});
    expect(form.text).toBe('This form is out of date. Open its page again, and send it once more.');
    const program = await browser.visit('/account/api', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    });
    expect([program.status, JSON.parse(program.text).code]).toEqual([403, 'CSRF_TOKEN_REFUSED']);
  });

  it('accepts a token in a header, which takes precedence', async () => {
    const browser = await signedIn();
    const token = (await browser.get('/account/api')).text;
    const post = async (header: string, form: Record<string, string>) =>
      (await browser.post('/account', form, { headers: { 'X-CSRF-Token': header } })).status;
    expect([await post(token, {}), await post('other', { _csrf: token })]).toEqual([200, 403]);
  });

  it('ignores a token in the URL, in JSON, or sent twice', async () => {
    const browser = await signedIn();
    const token = await tokenOf(browser);
    const send = async (path: string, body: string, type: string) =>
      (await browser.visit(path, { method: 'POST', body, headers: { 'content-type': type } })).status;
    expect(await send(`/account?_csrf=${token}`, 'a=1', FORM)).toBe(403);
    expect(await send('/account', JSON.stringify({ _csrf: token }), 'application/json')).toBe(403);
    expect(await send('/account', `_csrf=${token}&_csrf=${token}`, FORM)).toBe(403);
    expect(await send('/account', `_csrf[]=${token}`, FORM)).toBe(403);
    expect(await send('/account', `_csrf=${token}`, FORM)).toBe(200);
  });

  it('accepts a token before a file of any size, which the page receives completely', async () => {
    const browser = await signedIn();
    const token = await tokenOf(browser);
    const upload = async (...fields: [string, string | Blob][]) => {
      const form = new FormData();
      for (const [name, value] of fields) form.append(name, value);
      const headers = { origin: server.origin, cookie: browser.cookieHeader, accept: 'text/html' };
      const answer = await fetch(`${server.origin}/account`, { method: 'POST', body: form, headers });
      return [answer.status, await answer.text()];
    };
    const file = new Blob(['x'.repeat(30_000_000)]);
    expect(await upload(['_csrf', token], ['name', 'ann'], ['file', file])).toEqual([
      200,
      expect.stringContaining('name=ann file=30000000'),
    ]);
    expect((await upload(['file', file], ['_csrf', token]))[0]).toBe(403);
    expect((await browser.get('/plain')).status).toBe(200);
  });

  it('requires a token for an action, whichever way it is called', async () => {
    const browser = await signedIn();
    const token = await tokenOf(browser);
    for (const path of ['/_actions/send', '/plain?_action=send']) {
      await witnessed(server);
      expect({ path, status: (await browser.post(path, { a: '1' })).status }).toEqual({ path, status: 403 });
      expect((await browser.post(path, { a: '1', _csrf: token })).status).toBeLessThan(300);
      expect(await witnessed(server)).toEqual(['action']);
    }
  });

  it('requires a token for a page that another one rewrites to', async () => {
    const browser = await signedIn();
    const token = await tokenOf(browser);
    expect((await browser.post('/hopper', { name: 'ann' })).status).toBe(403);
    expect((await browser.post('/hopper', { name: 'ann', _csrf: token })).text).toContain('name=ann');
  });

  it('keeps running when a client disconnects while its form is read', async () => {
    const { cookieHeader } = await signedIn();
    for (const length of [20, 200_000]) {
      const head = `POST /account HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nOrigin: ${server.origin}\r\n`;
      const headers = `Cookie: ${cookieHeader}\r\nContent-Type: ${FORM}\r\nContent-Length: 1000000\r\n\r\n`;
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(head + headers + 'a'.repeat(length));
      await new Promise((wake) => setTimeout(wake, 100));
      socket.destroy();
    }
    await new Promise((wake) => setTimeout(wake, 200));
    expect((await new Browser(server).get('/plain')).status).toBe(200);
  });

  it('shows the error page although the body was read', async () => {
    const browser = await signedIn();
    const answer = await browser.post('/account/broken', { _csrf: await tokenOf(browser) });
    expect([answer.status, answer.text.includes('something broke')]).toEqual([500, true]);
  });

  it('requires no token elsewhere', async () => {
    expect((await new Browser(server).post('/api', {})).text).toBe('done');
  });
});

describe('In development, a site', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, { 'astro.config.mjs': config(), ...PAGES, ...TOKEN_PAGES });
    const { OPTIONS } = started({ debug: false, csrf: { requireToken: ['/login'] } });
    server = await app.serveWith('dev', { OPTIONS });
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  it('logs the reason of every rejection', async () => {
    const before = server.output.length;
    const headers = { origin: EVIL, 'content-type': 'application/json' };
    const answer = await new Browser(server).visit('/api', { method: 'POST', body: '{}', headers });
    expect(answer.status).toBe(403);
    expect(await server.printed('CSRF_REFUSED', before)).toContain(
      'Origin https://evil.example is not http://127.0.0.1',
    );
  });

  it('accepts the token of a field as in production', async () => {
    const browser = new Browser(server);
    const [, token = ''] = /name="_csrf" value="([\w-]+)"/.exec((await browser.get('/login')).text) ?? [];
    expect((await browser.post('/login', { name: 'ann' })).status).toBe(403);
    expect((await browser.post('/login', { name: 'ann', _csrf: token })).status).toBe(303);
  });
});
