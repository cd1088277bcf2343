import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

/** A site below a base in three languages, one of which has a folder with another name. */
const FILES = {
  'astro.config.mjs': `
    import node from '@astrojs/node';
    import { defineConfig } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    export default defineConfig({
      output: 'server',
      base: '/app',
      adapter: node({ mode: 'standalone' }),
      devToolbar: { enabled: false },
      i18n: {
        locales: ['en', 'fr', { path: 'deutsch', codes: ['de', 'de-AT'] }],
        defaultLocale: 'en',
        routing: { prefixDefaultLocale: true, redirectToDefaultLocale: false },
      },
      integrations: [gatehouse({ protect: [{ pattern: '/{en,fr,deutsch,de}/**', allow: (session) => session !== null }] })],
    });`,
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    export default defineGatehouse({ globalProtect: true, exclude: ['/enter', '/open/**'] });`,
  'src/pages/404.astro': '---\nexport const prerender = true;\n---\n<h1>nothing here</h1>',
  'src/pages/fr/404.astro': '---\nexport const prerender = true;\n---\n<h1>rien ici</h1>',
  'src/pages/deutsch/404.astro': '<h1>nichts hier</h1>',
  'src/pages/deutsch/500.astro': '<h1>kaputt</h1>',
  'src/pages/deutsch/broken.astro': `---\nthrow new Error('broken');\n---\n`,
  // These pages are not error pages, although their paths end like those.
  'src/pages/de/404.astro': '<h1>a page about numbers</h1>',
  'src/pages/deutsch/news/404.astro': '<h1>news number 404</h1>',
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: 'ada' });
      return new Response('welcome');
    };`,
};

describe.each(['production', 'dev'] as const)('The error pages of a language, in %s,', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, FILES);
    server =
      mode === 'dev' ? await app.serveWith('dev') : await (await app.build()).serve({ GATEHOUSE_SECRET: SECRET });
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function member(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get('/app/enter');
    return browser;
  }

  it('are public under their own paths', async () => {
    for (const [page, status, heading] of [
      ['/app/deutsch/404', 404, 'nichts hier'],
      ['/app/deutsch/500', 500, 'kaputt'],
    ] as const) {
      const answer = await new Browser(server).get(page);
      expect(answer).toMatchObject({ status, location: null, text: expect.stringContaining(heading) });
    }
  });

  it('are shown to visitors who may access the missing or failing page', async () => {
    const browser = await member();
    const missing = await browser.get('/app/deutsch/nirgends');
    expect(missing).toMatchObject({ status: 404, location: null, text: expect.stringContaining('nichts hier') });
    const broken = await browser.get('/app/deutsch/broken');
    expect(broken.status).toBe(500);
    if (mode === 'production') expect(broken.text).toContain('kaputt');
  });

  it('are subject to the rules of the requested path', async () => {
    expect(await new Browser(server).get('/app/deutsch/nirgends')).toMatchObject({
      status: 302,
      location: '/app/login?returnTo=%2Fapp%2Fdeutsch%2Fnirgends',
    });
  });

  it('do not include other pages whose paths end alike', async () => {
    for (const page of ['/app/de/404', '/app/deutsch/news/404']) {
      expect(await new Browser(server).get(page)).toMatchObject({ status: 302, text: '' });
    }
    expect((await (await member()).get('/app/deutsch/news/404')).text).toContain('news number 404');
  });
});

describe('The error page of a language', () => {
  it('must not have a guard, and is reported as public', async () => {
    const app = App.create(undefined, FILES);
    const { output } = await app.gatehouse('routes');
    const told = (path: string) =>
      output
        .split('\n')
        .find((line) => line.startsWith(`${path} `))
        ?.split(/ {2,}/)
        .slice(1, 3);
    expect(told('/deutsch/404')).toEqual(['page', 'everybody']);
    expect(told('/fr/404')?.[1]).toMatch(/^everybody/);
    expect(told('/de/404')).toEqual(['page', 'allow()']);
    app.write({ 'src/pages/deutsch/500.astro': `---\nexport const guard = 'user';\n---\n<h1>kaputt</h1>` });
    const build = await app.astro('build');
    app.remove();
    expect(build.code).not.toBe(0);
    expect(build.output).toContain('guard of src/pages/deutsch/500.astro: error pages are for everybody, so remove it');
  });
});
