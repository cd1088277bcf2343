import { createServer, type Server as HttpServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { App, SECRET, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';

const FILES = {
  'astro.config.mjs': `
    import node from '@astrojs/node';
    import { defineConfig } from 'astro/config';
    import gatehouse from 'astro-gatehouse';
    export default defineConfig({
      output: 'server',
      // Off, so that what refuses is ours.
      security: { checkOrigin: false },
      adapter: node({ mode: 'standalone' }),
      integrations: [gatehouse({
        protect: [
          { pattern: '/api/**', methods: ['OPTIONS'], public: true },
          { pattern: '/api/**' },
        ],
      })],
    });`,
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    export default defineGatehouse({
      csrf: { requireToken: ['/guarded'], trustedOrigins: JSON.parse(process.env.TRUSTED) },
    });`,
  'src/pages/enter.ts': `
    import { signIn } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await signIn({ userId: 'ada' }, context);
      return new Response('welcome');
    };`,
  'src/pages/api/note.ts': `
    import { requireSession } from 'astro-gatehouse/server';
    const forOrigin = ({ request }) => ({
      'access-control-allow-origin': request.headers.get('origin'),
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type',
    });
    export const OPTIONS = (context) => new Response(null, { status: 204, headers: forOrigin(context) });
    export const PUT = (context) => new Response('a note of ' + requireSession().userId, { headers: forOrigin(context) });`,
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    export const server = { act: defineAction({ handler: () => 'acted' }) };`,
  'src/pages/form.astro': `<form method="post" action="/sent"><button>send</button></form>`,
  'src/pages/quiet.astro': `<html><head><meta name="referrer" content="no-referrer" /></head>
    <body><form method="post" action="/sent"><button>send</button></form></body></html>`,
  'src/pages/sent.astro': '<h1>{Astro.request.method}</h1>',
  'src/pages/guarded.astro': `---
    import { CsrfField } from 'astro-gatehouse/components';
    ---
    <h1>{Astro.request.method}</h1><form method="post"><CsrfField /><button>send</button></form>`,
  'src/pages/island.astro': `---
    import News from '../components/News.astro';
    ---
    <html><body><News server:defer text={'x'.repeat(5000)} /></body></html>`,
  'src/components/News.astro': '<h1>the news</h1>',
  'src/pages/action.astro': `<h1>waiting</h1><script>
    import { actions } from 'astro:actions';
    const { data, error } = await actions.act();
    document.querySelector('h1').textContent = data ?? error.code;
  </script>`,
};

/** Starts a site that sends forms to the address in its query, and nothing else. */
async function sender(): Promise<[HttpServer, number]> {
  const site = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://other').searchParams.get('to');
    response.setHeader('Content-Type', 'text/html');
    response.end(`<form method="post" enctype="text/plain" action="${to}"><button>send</button></form>`);
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => site.once('listening', listening));
  const address = site.address();
  return [site, typeof address === 'object' && address ? address.port : 0];
}

describe('In a browser', () => {
  let app: App;
  let server: Server;
  let other: HttpServer;
  let otherPort: number;
  let trusted: HttpServer;
  let trustedPort: number;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    app = await App.create(undefined, FILES).build();
    [other, otherPort] = await sender();
    [trusted, trustedPort] = await sender();
    const origins = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${trustedPort}`);
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, TRUSTED: JSON.stringify(origins) });
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    other?.close();
    trusted?.close();
    await server?.stop();
    app?.remove();
  });

  const own = (path: string) => `http://localhost:${server.port}${path}`;

  it.each(['/form', '/quiet', '/guarded'])('a form of the site is taken: %s', async (path) => {
    await page.goto(own(path));
    await page.click('button');
    await page.waitForSelector('h1:text("POST")');
    expect(await page.textContent('h1')).toBe('POST');
  });

  it('an action is called, and an island arrives that was sent for with a POST', async () => {
    await page.goto(own('/action'));
    await page.waitForSelector('h1:text("acted")');
    await page.goto(own('/island'));
    await page.waitForSelector('h1:text("the news")');
    expect(await page.textContent('h1')).toBe('the news');
  });

  it.each(['127.0.0.1', 'localhost'])('a form of another site is not, though it is of the host %s', async (host) => {
    await page.goto(`http://${host}:${otherPort}/?to=${encodeURIComponent(own('/sent'))}`);
    const [answer] = await Promise.all([page.waitForResponse(own('/sent')), page.click('button')]);
    expect(answer.status()).toBe(403);
    expect(await page.textContent('body')).toContain('does not come from a page of this site');
  });

  it.each(['127.0.0.1', 'localhost'])('a form of a trusted origin is taken, of the host %s', async (host) => {
    await page.goto(`http://${host}:${trustedPort}/?to=${encodeURIComponent(own('/sent'))}`);
    await page.click('button');
    await page.waitForSelector('h1:text("POST")');
    expect(await page.textContent('h1')).toBe('POST');
  });

  it('a script of a trusted origin sends a request after a preflight, and another one does not', async () => {
    await page.goto(own('/enter'));
    const put = (port: number) =>
      page.goto(`http://localhost:${port}/`).then(() =>
        page.evaluate(
          (to) =>
            fetch(to, {
              method: 'PUT',
              credentials: 'include',
              headers: { 'content-type': 'application/json' },
              body: '{}',
            }).then(
              async (answer) => `${answer.status} ${await answer.text()}`,
              () => 'blocked',
            ),
          own('/api/note'),
        ),
      );
    expect(await put(trustedPort)).toBe('200 a note of ada');
    // Its preflight is answered, but what follows is refused, without the headers that would show it the answer.
    expect(await put(otherPort)).toBe('blocked');
  });
});
