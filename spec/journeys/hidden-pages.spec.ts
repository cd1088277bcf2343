import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { type RawAnswer, RawClient, type RawRequest } from '../support/raw-request.js';
import { RESETTABLE, ResettableSite } from '../support/resettable-site.js';

type NotFoundPages = 'made on demand' | 'none' | 'files';
type Mode = 'production' | 'dev';

const CONFIG = `
  import node from '@astrojs/node';
  import { defineConfig } from 'astro/config';
  import gatehouse from 'astro-gatehouse';
  export default defineConfig({
    output: 'server',
    adapter: node({ mode: 'standalone' }),
    devToolbar: { enabled: false },
    i18n: {
      locales: ['en', 'fr'],
      defaultLocale: 'en',
      fallback: { fr: 'en' },
      routing: { prefixDefaultLocale: false, fallbackType: 'redirect' },
    },
    integrations: [gatehouse()],
  });`;

const PAGES = {
  'astro.config.mjs': CONFIG,
  ...RESETTABLE,
  'src/pages/secret/page.astro': '<h1>the secret page</h1>',
  'src/pages/secret/data.ts': `export const ALL = () => Response.json({ secret: 'data' });`,
  'src/pages/fr/secret/page.astro': '<h1>la page secrète</h1>',
  'src/pages/own.astro': `---\nexport const guard = { role: 'admin', status: 404 };\n---\n<h1>hidden by itself</h1>`,
  'src/pages/open.astro': `---
    import { actions } from 'astro:actions';
    import Panel from '../components/Panel.astro';
    const result = Astro.getActionResult(actions.remove);
    ---
    <h1>open</h1><p>{JSON.stringify(result ?? null)}</p><Panel server:defer />`,
  'src/components/Panel.astro': '<p>the secret panel</p>',
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    export const server = { remove: defineAction({ accept: 'form', handler: () => 'secretly removed' }) };`,
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: 'u1', role: context.url.searchParams.get('role') });
      return new Response('welcome');
    };`,
};

const FILES: Record<NotFoundPages, Record<string, string>> = {
  'made on demand': {
    'src/pages/404.astro': '<h1>nothing here, {String(Astro.locals.decision?.code)}</h1>',
    'src/pages/fr/404.astro': '<h1>rien ici, {String(Astro.locals.decision?.code)}</h1>',
  },
  files: { 'src/pages/404.astro': '---\nexport const prerender = true;\n---\n<h1>nothing here</h1>' },
  none: {},
};

const RULES = { protect: [{ pattern: '/**/secret/**', role: 'admin', status: 404 }] };
const EVERYTHING = { ...RULES, globalProtect: true, exclude: ['/enter'] };
const BEHIND = { protect: [...RULES.protect, { pattern: '/**', role: 'staff' }] };

const HIDDEN = ['/secret/page', '/secret/data', '/fr/secret/page'] as const;
const ASKED: readonly Omit<RawRequest, 'target'>[] = [
  { method: 'GET' },
  { method: 'HEAD' },
  { method: 'GET', headers: { Accept: 'application/json' } },
  { method: 'GET', headers: { Accept: '*/*', 'Sec-Fetch-Mode': 'cors' } },
  { method: 'GET', headers: { Accept: '*/*', 'Sec-Fetch-Mode': 'navigate' } },
  { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'a=1' },
  { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: '{}' },
  { method: 'DELETE' },
];
/** Requests rejected before any other check; they cannot look like missing pages when no code runs for those. */
const FOREIGN: typeof ASKED = [
  { method: 'POST', headers: { Origin: 'https://evil.example', 'Content-Type': 'text/plain' }, body: 'a=1' },
  { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site', Accept: '*/*' }, body: '{}' },
];

const SITUATIONS: readonly [Mode, NotFoundPages][] = [
  ['production', 'made on demand'],
  ['production', 'files'],
  ['production', 'none'],
  ['dev', 'made on demand'],
];

describe.each(SITUATIONS)('A hidden page in %s, where 404 pages are %s', (mode, notFoundPages) => {
  let app: App;
  let site: ResettableSite;

  beforeAll(async () => {
    app = App.create(undefined, { ...PAGES, ...FILES[notFoundPages] });
    site = new ResettableSite(app, mode);
    if (mode === 'dev') return;
    const { code, output } = await app.astro('build');
    expect(code).toBe(0);
    expect(output.includes("served without running the site's code")).toBe(notFoundPages === 'files');
  });
  afterAll(() => site.stop());

  async function cookieOf(server: Server, role: string): Promise<string> {
    const browser = new Browser(server);
    await browser.get(`/enter?role=${role}`);
    return browser.cookieHeader;
  }

  /** Returns the comparable parts of a response: everything but the path, the time and sealed values. */
  function seen({ status, headers, text }: RawAnswer, address: string): unknown {
    const [path = address] = address.split('?');
    const told = [...headers]
      .filter(([name]) => name !== 'date')
      .map(([name, value]) => [name, value.replace(/=Fe26[^;]*/, '=sealed')]);
    const stripped = [text, ...told.flat()].map((part) =>
      part.replaceAll(path, 'PATH').replaceAll(encodeURIComponent(path), 'PATH'),
    );
    return { status, parts: stripped };
  }

  /** @param missing Paths of missing pages. */
  async function compare(
    server: Server,
    hidden: string,
    missing: string | readonly string[],
    cookie: string | undefined,
    ...only: typeof ASKED
  ): Promise<void> {
    const client = new RawClient(server.port, 1);
    for (const asked of only.length > 0 ? only : ASKED) {
      const ask = (target: string) =>
        client.send({
          ...asked,
          target,
          headers: {
            ...(asked.method !== 'GET' && asked.method !== 'HEAD' && { Origin: server.origin }),
            ...asked.headers,
            ...(cookie && { Cookie: cookie }),
          },
        });
      const answer = await ask(hidden);
      for (const address of [missing].flat()) {
        expect({ asked, hidden, ...(seen(answer, hidden) as object) }).toEqual({
          asked,
          hidden,
          ...(seen(await ask(address), address) as object),
        });
      }
      expect(answer.text).not.toMatch(/secret page|secrète|"data"|panel|removed/);
    }
    client.close();
  }

  describe.each([
    ['a rule', RULES],
    ['a rule under globalProtect', EVERYTHING],
    ['a rule before another', BEHIND],
  ])('behind %s', (_, options) => {
    // The paths have the same length, because lengths are compared too.
    it.each(HIDDEN)('looks like a missing page: %s', async (hidden) => {
      const server = await site.serve(options);
      for (const cookie of [undefined, await cookieOf(server, 'reader'), await cookieOf(server, 'staff')]) {
        await compare(server, hidden, [hidden.replace(/\w{4}$/, 'none'), hidden.replace(/secret/, 'nobody')], cookie);
        const isSiteAsked = mode === 'production' && notFoundPages !== 'files';
        if (isSiteAsked) await compare(server, hidden, hidden.replace('secret', 'nobody'), cookie, ...FOREIGN);
      }
    });
  });

  it('looks like a missing page when its own guard hides it', async () => {
    const server = await site.serve({});
    for (const cookie of [undefined, await cookieOf(server, 'reader')]) await compare(server, '/own', '/non', cookie);
  });

  it('looks like a missing page while the session is renewed', async () => {
    const server = await site.serve(RULES);
    const cookie = await cookieOf(server, 'reader');
    const later = await site.serve({ ...RULES, later: 2 * 24 * 60 * 60 * 1000 });
    await compare(later, '/secret/page', '/secret/none', cookie);
  });

  it('looks missing as an action and as an island', async () => {
    const hides = { role: 'admin', status: 404 };
    const server = await site.serve({
      protect: [
        { action: 'remove', ...hides },
        { island: 'Panel', ...hides },
      ],
    });
    const open = await new Browser(server).get('/open');
    const island = `/${/_server-islands\/Panel[^'"]*/.exec(open.text)?.[0].replaceAll('&amp;', '&')}`;
    for (const cookie of [undefined, await cookieOf(server, 'reader')]) {
      await compare(server, '/_actions/remove', '/_actions/nobody', cookie);
      await compare(server, island, island.replace('Panel', 'Other'), cookie, { method: 'GET' });
    }
  });

  it('may redirect guests to the login page, as missing pages then do', async () => {
    const [rule] = RULES.protect;
    const server = await site.serve({ protect: [{ ...rule, guestsSignIn: true }] });
    expect(await new Browser(server).get('/secret/page')).toMatchObject({
      status: 302,
      location: '/login?returnTo=%2Fsecret%2Fpage',
    });
    // No code of the site runs for a file.
    if (notFoundPages !== 'files') await compare(server, '/secret/page', '/secret/none', undefined);
    await compare(server, '/secret/data', '/nobody/data', await cookieOf(server, 'reader'));
  });

  it('is shown to visitors with access', async () => {
    const server = await site.serve(RULES);
    const admin = new Browser(server);
    await admin.get('/enter?role=admin');
    expect((await admin.get('/secret/page')).text).toContain('the secret page');
    expect((await admin.get('/fr/secret/page')).text).toContain('la page secrète');
    expect((await admin.get('/secret/data')).text).toContain('data');
    expect((await admin.get('/own')).text).toContain('hidden by itself');
  });
});

describe.each(['guard', 'middleware'])('A hidden page in a pipeline that starts with %s', (first) => {
  it('returns the 404 page, as a missing page does', async () => {
    const app = App.create(undefined, {
      ...PAGES,
      ...FILES['made on demand'],
      'src/fetch.ts': `
        import { actions, FetchState, middleware, pages } from 'astro/fetch';
        import { guard } from 'astro-gatehouse/fetch';
        const answers = {
          guard: async (state) => (await guard(state)) ?? (await actions(state)) ?? middleware(state, pages),
          middleware: (state) => middleware(state, pages),
        };
        export default { fetch: (request) => answers[process.env.PIPELINE](new FetchState(request)) };`,
    });
    await app.build();
    const server = await app.serve({ SETTINGS: JSON.stringify(RULES), PIPELINE: first, GATEHOUSE_SECRET: SECRET });
    const visit = (path: string) => new Browser(server).get(path);
    const answers = [await visit('/secret/page'), await visit('/secret/none'), await visit('/nobody/page')];
    await server.stop();
    app.remove();
    for (const { status, text, headers } of answers) {
      expect([status, text]).toEqual([404, expect.stringContaining('nothing here, undefined')]);
      expect([...headers.keys()]).toEqual([...(answers[1]?.headers.keys() ?? [])]);
    }
  });
});
