import { createServer, type Server as HttpServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { App, SECRET, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';
import { InFlight } from '../support/in-flight.js';
import { pass } from '../support/movable-clock.js';

const DAY = 24 * 60 * 60 * 1000;

let app: App;
let browser: Browser;

beforeAll(async () => {
  app = await App.create('spec/apps/in-flight').build();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  app?.remove();
});

const who = (page: Page) => page.textContent('p');

describe('In two tabs', () => {
  let server: Server;
  let inFlight: InFlight;
  let context: BrowserContext;
  let tab: Page;
  let other: Page;

  beforeAll(async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET });
    inFlight = new InFlight(server);
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext();
    [tab, other] = [await context.newPage(), await context.newPage()];
  });

  const own = (path: string) => `http://localhost:${server.port}${path}`;

  async function signIn(page: Page, role = 'admin') {
    await page.goto(own('/login'));
    await page.fill('input[name=role]', role);
    await page.click('button');
    await page.waitForURL(own('/who'));
  }

  /** Has a tab open a page that waits. @returns What lets it answer, and waits until the tab shows that. */
  async function open(page: Page, does: string): Promise<() => Promise<void>> {
    const name = inFlight.name();
    const shown = page.goto(own(`/slow?name=${name}&does=${does}`));
    await inFlight.arrivalOf(name);
    return async () => {
      await inFlight.release(name);
      await shown;
      expect(await page.textContent('body')).toBe(does);
    };
  }

  async function read(page: Page): Promise<string | null> {
    await page.goto(own('/who'));
    return who(page);
  }

  it.each(['fill', 'regenerate', 'renew'])('a sign-out holds, though the other tab’s page is to %s', async (does) => {
    await signIn(tab);
    if (does === 'renew') await pass(2 * DAY, server);
    await tab.goto(own('/who'));
    if (does === 'renew') await pass(2 * DAY, server);
    const late = await open(other, does);
    await tab.click('button');
    await tab.waitForURL(own('/who'));
    await late();
    expect(await read(tab)).toBe('guest, cart 0, no message');
    await other.goto(own('/members'));
    expect(new URL(other.url()).pathname).toBe('/login');
  });

  it.each(['with a cart', 'without a session'])('a sign-in holds, of a guest %s', async (guest) => {
    if (guest === 'with a cart') await tab.goto(own('/visit'));
    const late = await open(other, 'fill');
    await signIn(tab);
    await late();
    expect(await read(other)).toMatch(guest === 'with a cart' ? /^ada admin, cart 1/ : /^ada admin, cart 0/);
    expect(await context.cookies()).toHaveLength(1);
  });

  it('a demotion holds', async () => {
    await signIn(tab);
    const late = [await open(other, 'fill'), await open(await context.newPage(), 'regenerate')];
    await tab.evaluate("fetch('/demote', { method: 'POST' }).then((answer) => answer.text())");
    for (const answer of late) await answer();
    expect(await read(tab)).toMatch(/^ada member/);
    await other.goto(own('/admin'));
    expect(new URL(other.url()).pathname).toBe('/login');
  });

  it('a sign-out and two sign-ins hold while one page is under way', async () => {
    await signIn(tab);
    const late = await open(other, 'fill');
    for (const role of ['one', 'two']) {
      await tab.click('button');
      await tab.waitForURL(own('/who'));
      await signIn(tab, role);
    }
    await late();
    expect(await read(other)).toBe('ada two, cart 0, no message');
  });
});

describe.each(['cookie', 'memory'])('From another site, with sessions in the %s', (store) => {
  let provider: HttpServer;
  let providerPort: number;
  let strict: Server;
  let lax: Server;

  beforeAll(async () => {
    // A site with a link, or a form, that leads to the address in its query.
    provider = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '/', 'http://provider');
      const [link, form] = [searchParams.get('link'), searchParams.get('form')];
      response.setHeader('Content-Type', 'text/html');
      response.end(
        link ? `<a href="${link}">go</a>` : `<form method="post" action="${form}"><button>go</button></form>`,
      );
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => provider.once('listening', listening));
    const address = provider.address();
    providerPort = typeof address === 'object' && address ? address.port : 0;
    strict = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store, SAME_SITE: 'strict' });
    lax = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
  });
  afterAll(async () => {
    await strict?.stop();
    await lax?.stop();
    provider?.close();
  });

  /** Visits a site in a fresh browser. */
  async function visit(server: Server, how: (page: Page, own: (path: string) => string) => Promise<void>) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await how(page, (path) => `http://localhost:${server.port}${path}`);
    await context.close();
  }

  /** Goes to a page by way of the other site. */
  async function arrive(page: Page, by: 'link' | 'form', at: string) {
    await page.goto(`http://127.0.0.1:${providerPort}/?${by}=${encodeURIComponent(at)}`);
    await page.click('a, button');
    await page.waitForURL((url) => url.hostname === 'localhost');
    await page.waitForLoadState();
  }

  async function signIn(page: Page, own: (path: string) => string) {
    await page.goto(own('/login'));
    await page.click('button');
    await page.waitForURL(own('/who'));
  }

  it('a page that counts visits leaves the visitor signed in, strict as the cookie is', async () => {
    await visit(strict, async (page, own) => {
      await signIn(page, own);
      await arrive(page, 'link', own('/visit'));
      expect(await page.textContent('h1')).toBe('visited');
      await page.goto(own('/who'));
      expect(await who(page)).toBe('ada admin, cart 0, no message');
    });
  });

  it('a message after a form of the provider’s leaves the visitor signed in', async () => {
    await visit(lax, async (page, own) => {
      await signIn(page, own);
      await arrive(page, 'form', own('/complaint'));
      expect(await who(page)).toBe('ada admin, cart 0, no message');
    });
  });

  it.each(['strict', 'lax'])('a sign-in is known to the next page: %s', async (sameSite) => {
    for (const before of ['guest', 'user', 'signed out']) {
      await visit(sameSite === 'strict' ? strict : lax, async (page, own) => {
        if (before !== 'guest') await signIn(page, own);
        if (before === 'signed out') await page.click('button');
        await arrive(page, 'form', own('/callback'));
        await page.waitForURL(own('/who?from=provider&and=%22%3Cb%3E%22'));
        expect(await who(page)).toBe('grace member, cart 0, no message');
        await page.goto(own('/members'));
        expect(await page.textContent('h1')).toBe('members');
      });
    }
  });

  it('a form with a token can be sent by whoever has no session yet', async () => {
    await visit(strict, async (page, own) => {
      await arrive(page, 'link', own('/with-token'));
      await page.click('button');
      await page.waitForSelector('h1:text("POST")');
      expect(await page.textContent('h1')).toBe('POST');
    });
  });
});
