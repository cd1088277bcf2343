import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { barriersOn, launchChromium, SCHEMES } from '../support/chromium.js';

interface Visit {
  readonly sample: string;
  /** What a guest opens, or is shown instead. */
  readonly forGuests: readonly string[];
  readonly signIn?: (page: Page) => Promise<void>;
  /** What is opened after that. */
  readonly forUsers?: readonly string[];
}

const fill = async (page: Page, fields: Record<string, string>) => {
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name=${name}]`, value);
  await page.click('main form button');
};

const VISITS: readonly Visit[] = [
  {
    sample: 'starter',
    forGuests: ['/', '/login', '/no-entry', '/nothing'],
    signIn: (page) => fill(page, { email: 'ada@example.com', password: 'lovelace' }),
    forUsers: ['/', '/dashboard', '/admin', '/no-entry'],
  },
  {
    sample: 'actions',
    forGuests: ['/', '/ask', '/join', '/login'],
    signIn: (page) => fill(page, { email: 'ada@example.com', password: 'lovelace' }),
    forUsers: ['/', '/offer'],
  },
  {
    sample: 'api',
    forGuests: ['/login'],
    signIn: (page) => fill(page, { name: 'ada' }),
    forUsers: ['/notes', '/keys'],
  },
  {
    sample: 'better-auth',
    forGuests: ['/', '/login', '/nothing'],
    signIn: (page) => fill(page, { email: 'ada@example.com', password: 'lovelace' }),
    forUsers: ['/', '/notes', '/admin'],
  },
  {
    sample: 'custom-checker',
    forGuests: ['/', '/nothing'],
    signIn: (page) => page.click('button[value=ada]'),
    forUsers: ['/', '/projects/apollo'],
  },
  {
    sample: 'device-list',
    forGuests: ['/login'],
    signIn: (page) => fill(page, { name: 'ada', label: '' }),
    forUsers: ['/devices'],
  },
  {
    sample: 'oidc',
    forGuests: ['/', '/login'],
    signIn: (page) => fill(page, { email: 'ada@example.com', password: 'lovelace' }),
    forUsers: ['/', '/account'],
  },
  { sample: 'own-store', forGuests: ['/'] },
];

describe.each(VISITS)('The pages of $sample', ({ sample, forGuests, signIn, forUsers = [] }) => {
  let app: App;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    app = await App.create(`samples/${sample}`).build();
    server = await app.serve();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    app?.remove();
  });

  async function visitedIn(colorScheme: (typeof SCHEMES)[number], visit: (page: Page) => Promise<void>) {
    const context: BrowserContext = await browser.newContext({ colorScheme, viewport: { width: 360, height: 740 } });
    try {
      await visit(await context.newPage());
    } finally {
      await context.close();
    }
  }
  const own = (path: string) => `http://localhost:${server.port}${path}`;
  const widthBeyond = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  it.each(SCHEMES)('keep nobody out, and fit a phone, in %s', async (scheme) => {
    await visitedIn(scheme, async (page) => {
      const found: Record<string, unknown> = {};
      const look = async (name: string) => {
        found[name] = { barriers: await barriersOn(page), widthBeyond: await widthBeyond(page) };
      };
      for (const path of forGuests) {
        await page.goto(own(path));
        await look(`guest on ${path}`);
      }
      if (signIn) {
        await page.goto(own(forGuests.includes('/login') ? '/login' : '/'));
        await signIn(page);
        await page.waitForLoadState();
        await look('just signed in');
      }
      for (const path of forUsers) {
        await page.goto(own(path));
        expect(new URL(page.url()).pathname).toBe(path);
        await look(`user on ${path}`);
      }
      const fine = Object.fromEntries(Object.keys(found).map((name) => [name, { barriers: [], widthBeyond: 0 }]));
      expect(found).toEqual(fine);
    });
  });

  it('follow the colour scheme', async () => {
    const papers: string[] = [];
    for (const scheme of SCHEMES) {
      await visitedIn(scheme, async (page) => {
        await page.goto(own(forGuests[0] ?? '/'));
        papers.push(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor));
      });
    }
    const isLight = (paper: string) => Number(/\d+/.exec(paper)?.[0]) > 128;
    expect(papers.map(isLight)).toEqual([true, false]);
  });
});
