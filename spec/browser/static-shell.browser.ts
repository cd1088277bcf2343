import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { barriersOn, launchChromium } from '../support/chromium.js';

/** Playwright switches it off, and with it what Back shows of a page that was kept aside. */
const BACK_CACHE = ['--disable-back-forward-cache'];
const PATIENCE = 60_000;

/** With the last, Chromium keeps pages aside for Back as other browsers do with any. */
const MODES = ['development', 'production', 'production, where pages are kept aside'] as const;

describe.each(MODES)('The static-shell sample in a browser, in %s', (mode) => {
  let app: App;
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    app = App.create('samples/static-shell');
    if (mode.endsWith('aside'))
      app.rewrite('astro.config.mjs', (text) =>
        text.replace('protect:', "session: { signedInPages: 'no-cache' }, protect:"),
      );
    server = mode === 'development' ? await app.serveWith('dev') : await (await app.build()).serve();
    browser = await launchChromium({ ignoreDefaultArgs: BACK_CACHE });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    app?.remove();
  });

  /** What the server says to the islands of a page that is opened. */
  async function islandsAfter(openPage: () => Promise<unknown>): Promise<{ account: number; notices: number }> {
    const islands = ['AccountPanel', 'Notices'].map((name) => page.waitForResponse(`**/_server-islands/${name}*`));
    await openPage();
    const [account = 0, notices = 0] = (await Promise.all(islands)).map((answer) => answer.status());
    return { account, notices };
  }
  const open = (path: string) => islandsAfter(() => page.goto(`http://localhost:${server.port}${path}`));
  // biome-ignore lint/performance/useDomNodeTextContent: what is seen; the scripts of islands are text of it, too.
  const textOf = (part: Locator) => part.innerText();
  const account = () => page.locator('.account');

  async function signIn(): Promise<void> {
    await open('/login?returnTo=/');
    await page.fill('input[name=email]', 'ada@example.com');
    await page.fill('input[name=password]', 'lovelace');
    await page.click('main button');
    await account().getByRole('button', { name: 'Sign out' }).waitFor();
  }

  it('leaves a guest the link to sign in', async () => {
    expect(await open('/')).toEqual({ account: 401, notices: 200 });
    expect(await textOf(account())).toBe('Sign in');
    expect(await page.context().cookies()).toEqual([]);
  });

  it('shows a member’s name in it after the sign-in, and a message once', async () => {
    await signIn();
    expect(await textOf(account())).toMatch(/^Ada is reading The Lantern Bearers/);
    await page.getByRole('status').waitFor();
    expect(await textOf(page.getByRole('status'))).toBe('Good to see you, Ada');
    expect(await open('/')).toEqual({ account: 200, notices: 200 });
    await account().getByText('Ada').waitFor();
    expect(await page.getByRole('status').count()).toBe(0);
  });

  it('shows nothing of the member when somebody goes back after the sign-out', async () => {
    await open('/shelf');
    await open('/');
    await account().getByText('Ada').waitFor();
    await account().getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('status').waitFor();
    expect(await textOf(page.getByRole('status'))).toBe('You are signed out');
    for (const expected of ['/', '/login']) {
      expect((await islandsAfter(() => page.goBack())).account).toBe(401);
      expect(new URL(page.url()).pathname).toBe(expected);
      expect(await textOf(account())).toBe('Sign in');
      expect(await page.content()).not.toContain('Ada<');
    }
  });

  it.each(['light', 'dark'] as const)('has nothing in the way of anybody, in %s colours', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.context().clearCookies();
    for (const path of ['/', '/login', '/no-such-page']) {
      await open(path);
      expect(await barriersOn(page)).toEqual([]);
    }
    await signIn();
    await page.getByRole('status').waitFor();
    expect(await barriersOn(page)).toEqual([]);
    await open('/shelf');
    await account().getByText('Ada').waitFor();
    expect(await barriersOn(page)).toEqual([]);
  });

  it('fits a small telephone', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const path of ['/', '/shelf']) {
      await open(path);
      await account().getByText('Ada').waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    }
  });
});
