import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';
import { TlsProxy } from '../support/tls-proxy.js';

/** Lets the site be known by its name behind a proxy. */
const ALLOWED = "security: { allowedDomains: [{ hostname: 'site.test' }] },\n  integrations";

describe("The session's cookie in a browser", () => {
  let browser: Browser;
  const made: App[] = [];

  beforeAll(async () => {
    // The name leads here, and so is not one of those that browsers trust without TLS.
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--host-resolver-rules=MAP site.test 127.0.0.1'];
    browser = await launchChromium({ args });
  });
  afterAll(async () => {
    await browser?.close();
    for (const app of made) app.remove();
  });

  async function starter(change: (config: string) => string = (config) => config): Promise<Server> {
    const app = App.create('samples/starter');
    made.push(app);
    app.rewrite('astro.config.mjs', (config) => change(config).replace('integrations', ALLOWED));
    return (await app.build()).serve();
  }

  /** Where a visitor is who signs in at a site. */
  async function signIn(origin: string): Promise<{ page: Page; path: string }> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`${origin}/login`);
    await page.fill('input[name=email]', 'ada@example.com');
    await page.fill('input[name=password]', 'lovelace');
    await page.click('main button');
    return { page, path: new URL(page.url()).pathname };
  }

  it('is tied to its host on https, behind a proxy that ends TLS', async () => {
    const server = await starter();
    const proxy = await TlsProxy.before(server);
    const { page, path } = await signIn(proxy.origin);
    expect(path).toBe('/dashboard');
    expect(await page.context().cookies()).toMatchObject([
      { name: '__Host-gatehouse', domain: 'site.test', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
    ]);
    await page.click('header button');
    await page.goto(`${proxy.origin}/dashboard`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await proxy.stop();
    await server.stop();
  });

  it('is not kept on http, so that nobody is signed in by a cookie that anybody could read', async () => {
    const server = await starter();
    const { page, path } = await signIn(`http://site.test:${server.port}`);
    expect(path).toBe('/login');
    expect(await page.context().cookies()).toEqual([]);
    await server.stop();
  });

  it('is kept on http where that is said to be right, and then without the prefix that asks for https', async () => {
    const server = await starter((config) =>
      config.replace('protect: [', 'session: { cookie: { secure: false } }, protect: ['),
    );
    const { page, path } = await signIn(`http://site.test:${server.port}`);
    expect(path).toBe('/dashboard');
    expect(await page.context().cookies()).toMatchObject([{ name: 'gatehouse', secure: false, httpOnly: true }]);
    await server.stop();
  });
});
