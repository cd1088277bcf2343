import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';
import { LATER, pass } from '../support/movable-clock.js';

const IDLE_SECONDS = 600;
/** A setup module after which the time of the server can be moved. */
const CLOCK = `
  import { defineGatehouse } from 'astro-gatehouse/server';
  const now = Date.now;
  Date.now = () => now() + (globalThis.ahead ?? 0);
  export default defineGatehouse({});`;

/** The sample as it is, or with pages that change without being loaded anew. */
async function sample(
  hasRouter: boolean,
  store = "{ use: 'memory' }",
  files: Record<string, string> = {},
): Promise<App> {
  const app = App.create('samples/actions', files);
  app.rewrite('astro.config.mjs', (config) => config.replace("{ use: 'memory' }", store));
  if (hasRouter) {
    app.rewrite('src/layouts/Page.astro', (layout) =>
      layout
        .replace('---\n', "---\nimport { ClientRouter } from 'astro:transitions';\n")
        .replace('</head>', '<ClientRouter /></head>'),
    );
  }
  return app.build();
}

let browser: Browser;
beforeAll(async () => {
  // A browser that is driven throws pages away that it would otherwise keep for Back.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
afterAll(() => browser?.close());

async function visit(server: Server, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ ...options, baseURL: `http://localhost:${server.port}` });
  return context.newPage();
}
const pathOf = (page: Page) => new URL(page.url()).pathname;

async function signIn(page: Page): Promise<void> {
  await page.goto('/login');
  await page.fill('[name=email]', 'ada@example.com');
  await page.fill('[name=password]', 'lovelace');
  await page.click('main button');
  await page.waitForURL('**/offer');
}

describe.each([
  ['without scripts', false, { javaScriptEnabled: false }],
  ['in an ordinary page', false, {}],
  ['with ClientRouter', true, {}],
] as const)('Forms %s', (_, hasRouter, options) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await sample(hasRouter);
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('say what is wrong and keep what was typed in, but for the password, until it is right', async () => {
    const page = await visit(server, options);
    await page.goto('/join');
    await page.fill('[name=name]', 'B');
    await page.fill('[name=password]', 'short');
    await page.click('main button');
    await page.waitForSelector('#name-error');
    expect(pathOf(page)).toBe('/join');
    expect(await page.textContent('#name-error')).toBe('Two letters at the least');
    expect(await page.inputValue('[name=name]')).toBe('B');
    expect(await page.inputValue('[name=password]')).toBe('');

    const name = `Bo${Math.random()}`;
    await page.fill('[name=name]', name);
    await page.fill('[name=email]', `${name}@example.com`);
    await page.fill('[name=password]', 'long-enough');
    await page.click('main button');
    await page.waitForURL('**/offer');
    await page.waitForSelector('.flash');
    expect(await page.textContent('.flash')).toBe(`Welcome, ${name}`);
    await page.reload();
    expect(await page.locator('.flash').count()).toBe(0);
    await page.context().close();
  });

  it('are not sent again by a reload, nor by Back and Forward', async () => {
    const page = await visit(server, options);
    await signIn(page);
    const plant = `Medlar ${Math.random()}`;
    await page.fill('[name=plant]', plant);
    await page.click('main button');
    await page.waitForSelector(`main [role=status]:has-text("${plant}")`);
    await page.reload();
    expect(await page.locator('main [role=status]').count()).toBe(0);
    await page.goBack();
    await page.goForward();
    await page.goto('/');
    expect(await page.locator(`h2:text-is("${plant}")`).count()).toBe(1);
    await page.context().close();
  });

  it('show nothing of a member to whoever goes back after they have signed out', async () => {
    const page = await visit(server, options);
    await signIn(page);
    await page.click('nav >> text=Offers');
    await page.waitForURL((url) => url.pathname === '/');
    await page.click('nav >> text=Offer something');
    await page.waitForURL('**/offer');
    await page.click('text=Sign out');
    await page.waitForSelector('.flash:has-text("You are signed out")');
    await page.goBack();
    await page.waitForURL('**/login*');
    expect(await page.locator('main h1').textContent()).toBe('Sign in');
    expect(await page.locator('text=Sign out').count()).toBe(0);
    await page.context().close();
  });

  it('that are open in two tabs lose nothing when one of them signs out', async () => {
    const page = await visit(server, options);
    await signIn(page);
    await page.fill('[name=plant]', 'Quince');
    await page.fill('[name=note]', 'For jelly,\nnot for eating <raw>.');
    const other = await page.context().newPage();
    await other.goto('/');
    await other.click('text=Sign out');
    await other.waitForSelector('.flash:has-text("You are signed out")');

    // A tab in the background is drawn seldom, if at all.
    await page.bringToFront();
    await page.click('main button');
    await page.waitForURL('**/login?returnTo=%2Foffer');
    await page.fill('[name=email]', 'ada@example.com');
    await page.fill('[name=password]', 'lovelace');
    await page.click('main button');
    await page.waitForURL('**/offer');
    expect(await page.inputValue('[name=plant]')).toBe('Quince');
    expect(await page.inputValue('[name=note]')).toBe('For jelly,\nnot for eating <raw>.');
    await page.click('main button');
    await page.waitForSelector('main [role=status]:has-text("Quince is on the list.")');
    expect(await page.inputValue('[name=plant]')).toBe('');
    await page.context().close();
  });
});

describe.each(['memory', 'cookie'])('A form that is open while its session expires, with sessions in %s', (store) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    const chosen = `{ use: '${store}' }, session: { idleTimeout: ${IDLE_SECONDS} }`;
    app = await sample(false, chosen, { 'src/gatehouse.ts': CLOCK, ...LATER });
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it.each([
    ['whose browser has dropped the cookie', true],
    ['whose browser still has the cookie', false],
  ])('is there with what was typed in, once its visitor, %s, has signed in again', async (_, isDropped) => {
    const page = await visit(server);
    await signIn(page);
    await page.fill('[name=plant]', 'Sorrel');
    await pass(IDLE_SECONDS * 2_000, server);
    // The clock of the browser has not been moved, which drops the cookie at that time.
    if (isDropped) await page.context().clearCookies();
    await page.click('main button');
    await page.waitForURL('**/login?returnTo=%2Foffer');
    await page.fill('[name=email]', 'ada@example.com');
    await page.fill('[name=password]', 'lovelace');
    await page.click('main button');
    await page.waitForURL('**/offer');
    expect(await page.inputValue('[name=plant]')).toBe('Sorrel');
    await page.context().close();
  });
});

describe('A page that a browser would keep for Back', () => {
  it('is not shown again once somebody has signed out', async () => {
    const app = await sample(false);
    const server = await app.serve();
    const page = await visit(server);
    await signIn(page);
    await page.goto('/');
    await page.goto('/offer');
    await page.click('text=Sign out');
    await page.waitForSelector('.flash:has-text("You are signed out")');
    // What is shown out of memory is not loaded, so nobody can wait for that.
    await page.goBack({ waitUntil: 'commit', timeout: 5000 }).catch(() => {});
    await page.waitForTimeout(500);
    const shown = await page.locator('main h1').textContent();
    await page.context().close();
    await server.stop();
    app.remove();
    expect(shown).toBe('Sign in');
  });
});
