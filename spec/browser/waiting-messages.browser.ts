import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type App, SECRET, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';
import { madeSite, setup } from '../support/made-site.js';

/** A service worker that is loaded pages ahead of, and shows that page, or one that it asks for by itself. */
const WORKER = (headerValue: string, respond: string) => `
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil((async () => {
    await registration.navigationPreload.enable();
    await registration.navigationPreload.setHeaderValue('${headerValue}');
    await clients.claim();
  })()));
  addEventListener('fetch', (event) => {
    if (event.request.mode === 'navigate' && new URL(event.request.url).pathname === '/show') event.respondWith(${respond});
  });`;

const SITE = madeSite(
  '{}',
  {
    ...setup(`{ session: { store: process.env.STORE, cookie: { secure: false } } }`),
    'public/ignoring.js': WORKER('true', '(async () => (await event.preloadResponse, fetch(event.request)))()'),
    'public/showing.js': WORKER('shown', '(async () => (await event.preloadResponse) ?? fetch(event.request))()'),
    'src/layouts/Base.astro': `---
import { ClientRouter } from 'astro:transitions';
import { Flash } from 'astro-gatehouse/components';
---
<html><head><title>{Astro.url.pathname}</title>{Astro.props.router && <ClientRouter />}</head>
<body><Flash /><slot /></body></html>`,
    'src/pages/leave.ts': `export const GET = ({ locals, redirect, url }) => {
      locals.session.flash('notice', 'Saved');
      return redirect(url.searchParams.get('to') ?? '/show');
    };`,
    'src/pages/note.ts': `export const POST = ({ locals }) => { locals.session.flash('notice', 'Saved'); return new Response('left'); };`,
    'src/pages/show.astro': page('<h1>shown</h1>'),
    'src/pages/links.astro': page('<a href="/show" data-astro-prefetch="tap">on</a>', false),
    'src/pages/routed.astro': page('<a href="/routed-too">on</a>'),
    'src/pages/routed-too.astro': page('<h1>routed</h1>'),
    'src/pages/framing.astro': '<html><body><iframe src="/show"></iframe></body></html>',
    'src/pages/deferred.astro': `---
import { Flash } from 'astro-gatehouse/components';
---
<html><body><Flash server:defer /><img src="/nope.png" /><link rel="stylesheet" href="/nope.css" /></body></html>`,
    'src/pages/404.astro': page('<h1>nowhere</h1>', false),
  },
  'prefetch: true,',
);

function page(content: string, hasRouter = true): string {
  return `---\nimport Base from '../layouts/Base.astro';\n---\n<Base router={${hasRouter}}>${content}</Base>`;
}

describe.each(['cookie', 'memory'])('Messages in a browser, %s store', (store) => {
  let app: App;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    app = await SITE.build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    if (store === 'memory') app?.remove();
  });

  const visit = async (path: string): Promise<Page> => {
    const visited = await (await browser.newContext()).newPage();
    await visited.goto(server.origin + path);
    return visited;
  };
  const leave = (visited: Page) => visited.evaluate(`fetch('/note', { method: 'POST' }).then(() => undefined)`);
  const said = (visited: Page) => visited.locator('.flash').allInnerTexts();

  it('are shown after a redirect', async () => {
    expect(await said(await visit('/leave'))).toEqual(['Saved']);
  });

  it('are shown by ClientRouter', async () => {
    const visited = await visit('/routed');
    await leave(visited);
    await visited.click('a');
    await visited.waitForSelector('h1');
    expect(await said(visited)).toEqual(['Saved']);
    await visited.goto(`${server.origin}/show`);
    expect(await said(visited)).toEqual([]);
  });

  it('are shown in a frame', async () => {
    const visited = await visit('/leave?to=/framing');
    expect(await visited.frameLocator('iframe').locator('.flash').allInnerTexts()).toEqual(['Saved']);
  });

  it('are shown by an island, whatever images and styles of the page are missing', async () => {
    const visited = await visit('/leave?to=/deferred');
    await visited.waitForSelector('.flash');
    expect(await said(visited)).toEqual(['Saved']);
  });

  it('wait while Astro prefetches a page by fetch, as it does in Safari', async () => {
    const visited = await (await browser.newContext()).newPage();
    await visited.addInitScript(`DOMTokenList.prototype.supports = () => false`);
    await visited.goto(`${server.origin}/links`);
    await leave(visited);
    const [prefetch] = await Promise.all([
      visited.waitForRequest(`${server.origin}/show`),
      visited.dispatchEvent('a', 'mousedown'),
    ]);
    expect(await (await prefetch.response())?.text()).not.toContain('Saved');
    await visited.goto(`${server.origin}/show`);
    expect(await said(visited)).toEqual(['Saved']);
  });

  it.each([
    ['that loads pages ahead and asks for them once more', '/ignoring.js'],
    ['that shows what it has loaded ahead', '/showing.js'],
  ])('are shown by a service worker %s', async (_, worker) => {
    const visited = await visit('/links');
    await visited.evaluate(
      `navigator.serviceWorker.register('${worker}').then(() => navigator.serviceWorker.ready)
        .then(() => navigator.serviceWorker.controller ?? new Promise((taken) =>
          navigator.serviceWorker.addEventListener('controllerchange', taken))).then(() => undefined)`,
    );
    await leave(visited);
    await visited.goto(`${server.origin}/show`);
    expect(await said(visited)).toEqual(['Saved']);
    await visited.goto(`${server.origin}/show`);
    expect(await said(visited)).toEqual([]);
  });
});
