import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { App, SECRET, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';
import { IdentityProvider } from '../support/identity-provider.js';

describe('The oidc sample in a browser', () => {
  let app: App;
  let server: Server;
  let provider: IdentityProvider;
  let browser: Browser;

  beforeAll(async () => {
    app = await App.create('samples/oidc').build();
    provider = await IdentityProvider.onFreePort();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, ISSUER: provider.origin });
    // By another name than the provider, so that the browser takes them for two sites.
    await provider.start(app, own(''));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
    await server?.stop();
    app?.remove();
  });

  const own = (path: string) => `http://localhost:${server.port}${path}`;

  async function visited(visit: (page: Page, context: BrowserContext) => Promise<void>) {
    const context = await browser.newContext();
    try {
      await visit(await context.newPage(), context);
    } finally {
      await context.close();
    }
  }

  async function signInWith(page: Page, login: string) {
    await page.click('text=Sign in with the provider');
    await page.waitForURL(`${provider.origin}/**`);
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', 'anything');
    await page.click('button[type=submit]');
    await page.click('text=Continue');
    await page.waitForURL(own('/**'));
  }

  it('signs a visitor in at the provider, returns to the page, and signs out at both', async () => {
    await visited(async (page) => {
      await page.goto(own('/account/orders?page=2'));
      await signInWith(page, 'grace');
      expect(page.url()).toBe(own('/account/orders?page=2'));
      expect(await page.textContent('main')).toContain('grace@example.com');
      await page.click('text=Sign out');
      await page.waitForURL(`${provider.origin}/**`);
      await page.click('button[value=yes]');
      await page.waitForURL(own('/**'));
      await page.goto(own('/login'));
      await page.click('text=Sign in with the provider');
      await page.waitForSelector('input[name=password]');
    });
  });

  it('keeps two tabs apart, each with the page that it wanted', async () => {
    await visited(async (one, context) => {
      const other = await context.newPage();
      await one.goto(own('/account/one'));
      await other.goto(own('/account/other'));
      for (const page of [one, other]) {
        await page.click('text=Sign in with the provider');
        await page.waitForURL(`${provider.origin}/**`);
        await page.fill('input[name=login]', 'grace');
        await page.fill('input[name=password]', 'anything');
      }
      await one.click('button[type=submit]');
      await one.click('text=Continue');
      await one.waitForURL(own('/account/**'));
      // The provider has the visitor's consent by now.
      await other.click('button[type=submit]');
      await other.waitForURL(own('/account/**'));
      expect([one.url(), other.url()]).toEqual([own('/account/one'), own('/account/other')]);
      expect((await context.cookies(own('/'))).filter(({ name }) => name.includes('-sign-in~'))).toEqual([]);
    });
  });

  it('leaves a visitor who goes back, reloads or cancels with the session that they had', async () => {
    await visited(async (page) => {
      await page.goto(own('/login'));
      await signInWith(page, 'grace');
      await page.goto(own('/login'));
      await page.click('text=Sign in with the provider');
      await page.waitForURL(own('/account'));
      await page.goto(own('/auth/provider?error=access_denied&state=planted'));
      await page.goto(own('/account'));
      expect(await page.textContent('main')).toContain('grace@example.com');
    });
  });
});
