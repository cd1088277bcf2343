import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';
import { ToolbarPage } from '../support/toolbar-page.js';
import { toolbarSite } from '../support/toolbar-site.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** A page of a site that is being written. */
async function pageOf(server: Server): Promise<ToolbarPage> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.setDefaultTimeout(60_000);
  return new ToolbarPage(page, server.port);
}

describe('The toolbar on the starter', () => {
  let app: App;
  let server: Server;
  let toolbar: ToolbarPage;

  beforeAll(async () => {
    app = App.create('samples/starter');
    server = await app.serveWith('dev');
    toolbar = await pageOf(server);
  });
  afterAll(async () => {
    await toolbar?.page.close();
    await server?.stop();
    app?.remove();
  });

  async function signIn(email = 'alan@example.com', password = 'turing'): Promise<void> {
    await toolbar.open('/login');
    await toolbar.page.fill('input[name=email]', email);
    await toolbar.page.fill('input[name=password]', password);
    await toolbar.page.click('main button');
    await toolbar.page.waitForURL('**/dashboard');
  }

  async function viewAs(userId: string, roles: string, permissions = ''): Promise<void> {
    await toolbar.panel.getByLabel('User id').fill(userId);
    await toolbar.panel.getByLabel('Roles').fill(roles);
    await toolbar.panel.getByLabel('Permissions').fill(permissions);
    await toolbar.press(toolbar.button('Sign in as'));
  }

  it('opens by keyboard, and tells of the session and the decision', async () => {
    await toolbar.open('/');
    await signIn();
    await toolbar.openPanel();
    const session = toolbar.part('Session');
    await session.getByText('CookieSessionStore').waitFor();
    expect(await session.textContent()).toMatch(/of 4096 bytes in one cookie/);
    expect(await session.textContent()).toMatch(/userId “u3”/);
    expect(await session.getByRole('meter').getAttribute('aria-valuemax')).toBe('4096');
    const page = await toolbar.part('This page').textContent();
    expect(page).toMatch(/let in.*\/dashboard protect\[0\] of astro\.config: signed in/);
    expect(await toolbar.part('Last decisions').locator('tbody tr').count()).toBeGreaterThan(0);
  });

  it('ticks', async () => {
    const time = toolbar.part('Session').locator('time').first();
    const first = await time.textContent();
    expect(first).toMatch(/^[78] d \d\d:\d\d:\d\d$/);
    const since = Date.now();
    while ((await time.textContent()) === first && Date.now() < since + 10_000) await toolbar.page.waitForTimeout(50);
    expect(await time.textContent()).toMatch(/^[78] d \d\d:\d\d:\d\d$/);
    expect(await time.textContent()).not.toBe(first);
  });

  it.each(['light', 'dark'] as const)('reads well in %s', async (colorScheme) => {
    await toolbar.page.emulateMedia({ colorScheme });
    expect(await toolbar.panelViolations()).toEqual([]);
    await toolbar.page.emulateMedia({ colorScheme: 'light' });
  });

  it('is reached by keyboard, button by button, with a focus to be seen', async () => {
    await toolbar.panel.locator('h1').focus();
    const reached: string[] = [];
    for (let at = 0; at < 12; at++) {
      await toolbar.page.keyboard.press('Tab');
      const focused = toolbar.panel.locator(':focus');
      if ((await focused.count()) === 0) break;
      const style = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
      reached.push(
        `${await focused.evaluate((element) => element.textContent || element.getAttribute('name'))}: ${style}`,
      );
    }
    expect(reached.slice(0, 7)).toEqual([
      ...['userId: solid', 'roles: solid', 'permissions: solid', 'Sign in as: solid', 'Guest: solid'],
      ...['Expire now: solid', 'Clear: solid'],
    ]);
  });

  it('proposes the roles and permissions of rules', async () => {
    const proposed = (name: string) =>
      toolbar.panel
        .locator(`#gatehouse-${name} option`)
        .evaluateAll((options) => options.map((option) => option.getAttribute('value')));
    expect([await proposed('roles'), await proposed('permissions')]).toEqual([['admin'], ['report:read']]);
  });

  it('shows a message that waits, and leaves it to the page', async () => {
    await toolbar.page.evaluate(() =>
      fetch('/api/login', {
        method: 'POST',
        body: new URLSearchParams({ email: 'x', password: 'x' }),
        redirect: 'manual',
      }),
    );
    await toolbar.part('Session').getByText('Wrong email or password').waitFor();
    await toolbar.open('/login');
    expect(await toolbar.page.textContent('.flash')).toBe('Wrong email or password');
  });

  it('signs in as somebody who may more, says so on the page, and goes back', async () => {
    await toolbar.open('/admin');
    expect(toolbar.path).toBe('/no-entry');
    await toolbar.openPanel();
    expect(await toolbar.badge.count()).toBe(0);
    await viewAs('grace', 'admin');
    await toolbar.badge.waitFor();
    expect(await toolbar.badge.textContent()).toMatch(/^Viewing as grace \(admin\)/);

    await toolbar.open('/admin');
    expect(toolbar.path).toBe('/admin');
    await toolbar.badge.waitFor();
    expect(await toolbar.panel.isVisible()).toBe(false);
    expect(await toolbar.violations('gatehouse-viewing-as', 'section')).toEqual([]);
    const back = toolbar.badge.getByRole('button', { name: 'Back to myself' });
    await back.focus();
    await Promise.all([toolbar.page.waitForEvent('load'), toolbar.page.keyboard.press('Enter')]);
    await toolbar.open('/dashboard');
    expect(await toolbar.page.textContent('main')).toMatch(/alan@example\.com/);
    expect(await toolbar.badge.count()).toBe(0);
  });

  it('shows the site as a guest, with the panel open again', async () => {
    await toolbar.open('/dashboard');
    await toolbar.openPanel();
    await toolbar.press(toolbar.button('Guest'));
    expect(toolbar.path).toBe('/login');
    await toolbar.panel.waitFor({ state: 'visible' });
    expect(await toolbar.badge.textContent()).toMatch(/^Viewing as a guest/);
    await toolbar.press(toolbar.button('Back to myself'));
    await toolbar.open('/dashboard');
    expect(toolbar.path).toBe('/dashboard');
  });

  it('stays on the site on a page whose path begins as the address of another', async () => {
    const path = '//site.invalid/x';
    await toolbar.open(path);
    await toolbar.openPanel();
    for (const name of ['Guest', 'Back to myself']) {
      await toolbar.press(toolbar.button(name));
      expect([new URL(toolbar.page.url()).hostname, toolbar.path]).toEqual(['localhost', path]);
    }
  });

  it('makes no markup of what strangers wrote', async () => {
    await toolbar.openPanel();
    const markup = '<img src=x onerror="document.title=1">';
    await viewAs(markup, `${markup}`);
    await toolbar.badge.waitFor();
    expect(await toolbar.badge.textContent()).toContain(markup);
    await toolbar.panel.waitFor({ state: 'visible' });
    await toolbar.part('Session').getByText(`“${markup}”`).first().waitFor();
    expect(await toolbar.panel.locator('img').count()).toBe(0);
    expect(await toolbar.page.title()).not.toBe('1');
    await toolbar.press(toolbar.button('Back to myself'));
  });

  it('has the session be over, and remembers what came of it', async () => {
    await toolbar.open('/dashboard');
    await toolbar.openPanel();
    await toolbar.press(toolbar.button('Expire now'));
    expect(toolbar.path).toBe('/login');
    await toolbar.panel.waitFor({ state: 'visible' });
    await toolbar.part('Session').getByText('Nothing is stored').waitFor();
    const latest = toolbar.part('Last decisions').locator('tbody tr');
    expect(await latest.filter({ hasText: 'GET /dashboard' }).first().textContent()).toMatch(
      /refused: sent to \/login/,
    );
  });

  it('ends the session', async () => {
    await signIn();
    await toolbar.openPanel();
    await toolbar.press(toolbar.button('Clear'));
    expect(toolbar.path).toBe('/login');
    const names = (await toolbar.page.context().cookies()).map(({ name }) => name);
    expect(names.filter((name) => /^gatehouse[^~]*$/.test(name))).toEqual([]);
  });
});

describe('The toolbar on a site with a base, with secrets and another router', () => {
  let app: App;
  let server: Server;
  let toolbar: ToolbarPage;

  /** A page as Astro's ClientRouter has it, that goes on to another when it is told. */
  const MOVING = `
    <html lang="en">
      <head><title>moving</title><meta name="astro-view-transitions-enabled" content="true" /></head>
      <body>
        <p>here</p>
        <script>
          import { navigate } from 'astro:transitions/client';
          document.addEventListener('go', (event) => navigate(event.detail));
        </script>
      </body>
    </html>`;

  beforeAll(async () => {
    app = toolbarSite(
      'globalProtect: true, exclude: ["/", "/login", "/first", "/second", "/made"]',
      { 'src/pages/first.astro': MOVING, 'src/pages/second.astro': MOVING },
      "base: '/docs', trailingSlash: 'always'",
    );
    server = await app.serveWith('dev');
    toolbar = await pageOf(server);
  });
  afterAll(async () => {
    await toolbar?.page.close();
    await server?.stop();
    app?.remove();
  });

  it('shows no secret, not even to whoever looks at what is sent', async () => {
    const seen: string[] = [];
    toolbar.page.on('response', async (response) => {
      if (response.url().includes('_gatehouse')) seen.push(await response.text().catch(() => ''));
    });
    await toolbar.open('/docs/');
    await toolbar.page.evaluate(() =>
      fetch('/docs/login/', {
        method: 'POST',
        body: new URLSearchParams({ user: 'ada', password: 'hunter2', colour: 'red' }),
      }),
    );
    await toolbar.open('/docs/');
    await toolbar.openPanel();
    const session = toolbar.part('Session');
    await session.getByText('“red”').waitFor();
    expect(await session.locator('li', { hasText: 'password' }).textContent()).toMatch(/redacted/);
    expect(seen.join()).toMatch(/red/);
    expect(seen.join()).not.toMatch(/hunter2/);
  });

  it('follows from page to page', async () => {
    await toolbar.open('/docs/first/');
    await toolbar.openPanel();
    await viewAsGuest();
    await toolbar.part('This page').getByText('/first', { exact: true }).waitFor();
    await toolbar.page.evaluate(() => document.dispatchEvent(new CustomEvent('go', { detail: '/docs/second/' })));
    await toolbar.page.waitForURL('**/second/');
    await toolbar.part('This page').getByText('/second', { exact: true }).waitFor();
    expect(await toolbar.badge.isVisible()).toBe(true);
    await toolbar.press(toolbar.button('Back to myself'));
  });

  it('shows islands as somebody else sees them', async () => {
    await toolbar.open('/docs/island/');
    await toolbar.openPanel();
    await toolbar.panel.getByLabel('User id').fill('grace');
    await toolbar.press(toolbar.button('Sign in as'));
    await toolbar.page.locator('#who', { hasText: 'grace' }).waitFor();
    await toolbar.press(toolbar.button('Back to myself'));
    await toolbar.page.locator('#who', { hasText: 'ada' }).waitFor();
  });

  it('says of a prerendered page that nobody stands before it', async () => {
    await toolbar.open('/docs/made/');
    await toolbar.openPanel();
    expect(await toolbar.part('This page').textContent()).toMatch(/prerendered/);
  });

  async function viewAsGuest(): Promise<void> {
    await toolbar.press(toolbar.button('Guest'));
    await toolbar.panel.waitFor({ state: 'visible' });
  }
});

describe('A built site in a browser', () => {
  it('has no toolbar, and asks for nothing of it', async () => {
    const app = await App.create('samples/starter').build();
    const server = await app.serve();
    const toolbar = await pageOf(server);
    try {
      const asked: string[] = [];
      toolbar.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await toolbar.open('/');
      await toolbar.page.waitForLoadState('networkidle');
      expect(asked).toContain('/');
      expect(asked.filter((path) => /gatehouse\/toolbar|dev-toolbar/.test(path))).toEqual([]);
      expect(await toolbar.page.locator('astro-dev-toolbar, gatehouse-viewing-as').count()).toBe(0);
    } finally {
      await toolbar.page.close();
      await server.stop();
      app.remove();
    }
  });
});
