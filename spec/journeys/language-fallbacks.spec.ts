import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const FILES = {
  'astro.config.mjs': `
    import node from '@astrojs/node';
    import { defineConfig } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    export default defineConfig({
      output: 'server',
      adapter: node({ mode: 'standalone' }),
      i18n: {
        locales: ['en', 'de'],
        defaultLocale: 'en',
        fallback: { de: 'en' },
        routing: { prefixDefaultLocale: false, fallbackType: 'rewrite' },
      },
      integrations: [gatehouse({ protect: [{ pattern: '/minutes' }] })],
    });`,
  'src/pages/index.astro': `---\nexport const guard = 'user';\n---\n<h1>home</h1>`,
  'src/pages/de/index.astro': '<h1>zuhause</h1>',
  'src/pages/404.astro': '<h1>nothing here</h1>',
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: 'ada' });
      return new Response('welcome');
    };`,
  // There is no page for it in German.
  'src/pages/minutes.astro': `---
    Astro.locals.session.set('read', 'the minutes');
    ---
    <h1>the minutes, for {Astro.locals.visitor.id}</h1>`,
  // There is one in German, which does not know every article.
  'src/pages/news/[article].astro': '<h1>news of {Astro.params.article}, for {Astro.locals.visitor.id}</h1>',
  'src/pages/de/news/[article].astro': `---
    Astro.locals.session.set('looked', Astro.params.article);
    return new Response(null, { status: 404 });
    ---`,
  'src/pages/kept.ts': 'export const GET = ({ locals }) => Response.json(locals.session.all());',
};

describe.each(['production', 'development'] as const)('A fallback page for a missing translation, in %s,', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, FILES);
    server = mode === 'development' ? await app.serveWith('dev') : await (await app.build()).serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function enter(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get('/enter');
    return browser;
  }

  it('is guarded like the page that it shows', async () => {
    const answer = await new Browser(server).get('/de/minutes?from=mail');
    expect(answer).toMatchObject({ status: 302, location: '/login?returnTo=%2Fde%2Fminutes%3Ffrom%3Dmail' });
    expect(answer.text).not.toContain('the minutes');
  });

  it.each([
    ['a page in one language', '/de/minutes', /<h1[^>]*>the minutes, for ada</],
    ['an article in one language', '/de/news/boats', /<h1[^>]*>news of boats, for ada</],
  ])('receives the visitor: %s', async (_, address, heading) => {
    expect((await (await enter()).get(address)).text).toMatch(heading);
  });

  it('belongs to the same request, so the session changes of both are stored', async () => {
    const browser = await enter();
    await browser.get('/de/news/boats');
    await browser.get('/de/minutes');
    expect(JSON.parse((await browser.get('/kept')).text)).toMatchObject({ looked: 'boats', read: 'the minutes' });
  });

  it('is rendered for each visitor separately', async () => {
    await (await enter()).get('/de/news/boats');
    expect((await new Browser(server).get('/de/news/boats')).text).toMatch(/<h1[^>]*>news of boats, for </);
    expect((await new Browser(server).get('/de/nowhere')).status).toBe(404);
  });
});

describe('The list of routes', () => {
  it('has one line per path, with the page that is shown there', async () => {
    const app = App.create(undefined, FILES);
    const { output } = await app.gatehouse('routes');
    app.remove();
    const lines = output.split('\n').map((line) => line.split(/ {2,}/));
    const told = (path: string) => lines.filter(([at]) => at === path).map(([, ...rest]) => rest);
    expect(told('/')).toEqual([['page', 'signed in', 'guard of src/pages/index.astro']]);
    expect(told('/de')).toEqual([['page', 'everybody', '–']]);
    expect(told('/de/minutes')).toEqual([['page', 'signed in', 'protect[0] of astro.config']]);
  });
});
