import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';

describe.each(['development', 'production'] as const)('The starter sample in a browser, in %s', (mode) => {
  let app: App;
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    app = App.create('samples/starter');
    server = mode === 'development' ? await app.serveWith('dev') : await (await app.build()).serve();
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    app?.remove();
  });

  /** A browser takes secure cookies from this host over http, as it would over https from another. */
  const open = (path: string) => page.goto(`http://localhost:${server.port}${path}`);

  it('keeps a guest out, says why a sign-in failed, and lets the right one in', async () => {
    await open('/dashboard');
    expect(new URL(page.url()).pathname).toBe('/login');

    await page.fill('input[name=email]', 'ada@example.com');
    await page.fill('input[name=password]', 'wrong');
    await page.click('main button');
    expect(await page.textContent('[role=alert]')).toBe('Wrong email or password');

    await page.fill('input[name=email]', 'ada@example.com');
    await page.fill('input[name=password]', 'lovelace');
    await page.click('main button');
    expect(new URL(page.url()).pathname).toBe('/dashboard');
    expect(await page.textContent('[role=status]')).toBe('Good to see you, Ada');

    await page.reload();
    expect(await page.locator('[role=status]').count()).toBe(0);
  });

  it('sends who opens an endpoint to sign in, and back to it', async () => {
    const guest = await browser.newPage();
    const address = `http://localhost:${server.port}/api/report`;
    await guest.goto(address);
    expect(new URL(guest.url()).pathname).toBe('/login');
    await guest.fill('input[name=email]', 'grace@example.com');
    await guest.fill('input[name=password]', 'hopper');
    await guest.click('main button');
    expect(guest.url()).toBe(address);
    expect(await guest.textContent('body')).not.toContain('Unauthorized');
    const fetched = await guest.evaluate(() =>
      fetch('/api/report', { credentials: 'omit' }).then(({ status }) => status),
    );
    expect(fetched).toBe(401);
    await guest.context().close();
  });

  it('keeps its cookie from scripts', async () => {
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: expect.stringMatching(mode === 'production' ? /^__Host-gatehouse/ : /^gatehouse/),
      httpOnly: true,
      sameSite: 'Lax',
      secure: mode === 'production',
    });
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  it('shows nothing of the dashboard when the visitor goes back after signing out', async () => {
    await open('/dashboard');
    await page.click('header button');
    expect(await page.textContent('[role=status]')).toBe('You are signed out');
    await page.goBack();
    expect(new URL(page.url()).pathname).toBe('/login');
  });
});
