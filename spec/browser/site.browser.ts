import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { barriersOn, launchChromium, SCHEMES } from '../support/chromium.js';
import { documents, ROOT } from '../support/documents.js';

/** A page as its HTML tells it. */
interface SitePage {
  readonly status: number;
  readonly ids: ReadonlySet<string>;
  /** Where links lead within the site: path, and what stands behind `#`. */
  readonly links: readonly { readonly path: string; readonly anchor: string }[];
  /** Pictures, scripts and styles. */
  readonly parts: readonly string[];
  readonly isInItsSidebar: boolean;
}

const unescaped = (value: string) =>
  value
    .replace(/&(?:#x26|#38|amp);/g, '&')
    .replace(/&(?:#x27|#39);/g, "'")
    .replace(/&quot;/g, '"');

/** Reads a page. @param address Its own. */
function pageFrom(html: string, status: number, address: URL): SitePage {
  const text = html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (script) => script.slice(0, script.indexOf('>') + 1));
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => unescaped(found));
  const links = all(/<a\b[^>]*?\shref="([^"]*)"/g)
    .map((href) => new URL(href, address))
    .filter(({ origin }) => origin === address.origin)
    .map(({ pathname, hash }) => ({ path: pathname, anchor: decodeURIComponent(hash.slice(1)) }));
  return {
    status,
    ids: new Set(all(/\sid="([^"]*)"/g)),
    links,
    parts: [...all(/<(?:img|script|source)\b[^>]*?\ssrc="([^"]*)"/g), ...all(/<link\b[^>]*?\shref="([^"]*)"/g)],
    isInItsSidebar: links.length > 0 && text.includes(`<a href="${address.pathname}" aria-current="page"`),
  };
}

describe('The site of the documentation', () => {
  let server: Server;
  let browser: Browser;
  /** Every page that links lead to from the front page on, by its path. */
  const pages = new Map<string, SitePage>();

  beforeAll(async () => {
    server = await (await App.at(join(ROOT, 'site')).build()).serve();
    browser = await launchChromium();
    for (const waiting = ['/']; waiting.length > 0; ) {
      const path = waiting.pop() ?? '/';
      if (pages.has(path)) continue;
      const response = await fetch(server.origin + path, { headers: { accept: 'text/html' } });
      const page = pageFrom(await response.text(), response.status, new URL(response.url));
      pages.set(path, page);
      waiting.push(...page.links.map((link) => link.path));
    }
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const own = (path: string) => `http://localhost:${server.port}${path}`;

  it('has a page for every document, each at its place in the sidebar', () => {
    const written = [...pages.keys()].filter((path) => path !== '/' && !path.startsWith('/demo'));
    expect(written).toHaveLength(documents().length);
    expect(written.filter((path) => !pages.get(path)?.isInItsSidebar)).toEqual([]);
  });

  it('has no link that leads nowhere', () => {
    const lost = [...pages].flatMap(([from, { links }]) =>
      links
        .filter(({ path, anchor }) => {
          const page = pages.get(path);
          return page?.status !== 200 || (anchor !== '' && !page.ids.has(anchor));
        })
        .map(({ path, anchor }) => `${from} → ${path}#${anchor}`),
    );
    expect(lost).toEqual([]);
    expect([...pages.values()].flatMap(({ links }) => links).length).toBeGreaterThan(1000);
  });

  it('has every picture, script and style at its own origin', async () => {
    const parts = new Set([...pages.values()].flatMap(({ parts }) => parts));
    expect([...parts].filter((part) => new URL(part, server.origin).origin !== server.origin)).toEqual([]);
    const missing = await Promise.all(
      [...parts].map(async (part) => ({ part, status: (await fetch(server.origin + part)).status })),
    );
    expect(missing.filter(({ status }) => status !== 200)).toEqual([]);
    expect([...parts].some((part) => /toolbar-light.*\.webp/.test(part))).toBe(true);
  });

  it.each(SCHEMES)('keeps nobody out, fits a phone and asks no other origin, in %s', async (colorScheme) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 360, height: 740 } });
    const asked = new Set<string>();
    context.on('request', (request) => asked.add(new URL(request.url()).origin));
    const page = await context.newPage();
    const found: Record<string, unknown> = {};
    const look = async (path: string) => {
      await page.goto(own(path));
      await isReachable(page);
      found[`${await roleOn(page)} on ${path}`] = {
        barriers: await barriersOn(page),
        widthBeyond: await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
        theme: await page.evaluate(() => document.documentElement.dataset.theme),
      };
    };
    for (const path of ['/', '/reference/options/', '/architecture/', '/demo', '/demo/sign-in']) await look(path);
    await page.click('button[value=user]');
    for (const path of ['/demo', '/demo/admin']) await look(path);
    const fine = { barriers: [], widthBeyond: 0, theme: colorScheme };
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, fine])));
    expect([...asked]).toEqual([own('')]);
    await context.close();
  });

  it('draws a diagram, and says it to people who do not see it', async () => {
    const page = await browser.newPage();
    await page.goto(own('/architecture/'));
    const diagram = page.getByRole('img', { name: /^Diagram: cli → astro → container/ });
    expect(await diagram.locator('.node').count()).toBe(8);
    await page.context().close();
  });

  it('finds a page by a word', async () => {
    const page = await browser.newPage();
    await page.goto(own('/'));
    await page.click('button[data-open-modal]');
    await page.fill('dialog input', 'flash');
    const first = page.locator('dialog .pagefind-ui__result-link').first();
    await first.waitFor();
    const addresses = await page
      .locator('dialog .pagefind-ui__result-link')
      .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
    expect(addresses.every((path) => pages.has(path))).toBe(true);
    await first.click();
    await page.waitForURL((url) => url.pathname !== '/');
    expect((await page.textContent('main'))?.toLowerCase()).toContain('flash');
    await page.context().close();
  });

  it('has a demo that refuses a guest, signs in, shows a message once, switches roles and signs out', async () => {
    const page = await browser.newPage();
    const at = () => new URL(page.url()).pathname;
    const messages = () => page.locator('.flash').allTextContents();
    const cookies = () => page.context().cookies();

    await page.goto(own('/demo'));
    expect([await roleOn(page), await cookies()]).toEqual(['guest', []]);

    await page.click('text=Open the account page');
    expect(at()).toBe('/demo/sign-in');
    await page.click('main form[action^="/demo/api/sign-in"] button');
    expect([at(), await roleOn(page)]).toEqual(['/demo/account', 'user']);
    expect(await messages()).toEqual(['You are signed in. This message is shown once.']);
    expect((await cookies()).map(({ path, httpOnly, secure }) => ({ path, httpOnly, secure }))).toEqual([
      { path: '/demo', httpOnly: true, secure: true },
    ]);
    await page.reload();
    expect(await messages()).toEqual([]);

    const refused = await page.goto(own('/demo/admin'));
    expect([refused?.status(), at(), await page.textContent('h1')]).toEqual([403, '/demo/admin', 'No entry']);
    await page.click('button[value=admin]');
    expect([at(), await page.textContent('h1')]).toEqual(['/demo/admin', 'Admin']);
    expect(await messages()).toEqual(['You are an admin now.']);

    await page.click('button[value=user]');
    expect([at(), await page.textContent('h1')]).toEqual(['/demo/admin', 'No entry']);
    await page.click('nav[aria-label="Pages of the demo"] >> text=The demo');
    await page.click('text=Leave a message');
    expect(await messages()).toEqual(['This message waited for one page. Reload, and it is gone.']);

    await page.click('main >> text=Sign out');
    expect([at(), await roleOn(page)]).toEqual(['/demo', 'guest']);
    await page.goto(own('/demo/admin'));
    expect(at()).toBe('/demo/sign-in');
    await page.context().close();
  });
});

/** Who the visitor is, as a page of the demo says. */
async function roleOn(page: Page): Promise<string> {
  const role = page.locator('[data-role]');
  return (await role.count()) === 0 ? 'anybody' : ((await role.getAttribute('data-role')) ?? '');
}

/** Scripts of the page let the keyboard reach what is wider than the page. */
async function isReachable(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLElement>('.sl-markdown-content :is(pre, table, .diagram)')].every(
      (element) => element.scrollWidth <= element.clientWidth || element.tabIndex === 0,
    ),
  );
}
