import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { App, type Server } from '../support/app.js';
import { barriersOn, launchChromium, SCHEMES } from '../support/chromium.js';

const LANGUAGES = [
  {
    locale: 'en',
    root: '/club',
    forGuests: 'Members read here what is going on.',
    notice: 'Grace, the slipway is closed on Sunday.',
    take: 'Take (Heron)',
    giveBack: 'Give back (Heron)',
    signedOut: 'You are signed out. Sign in',
    other: 'Deutsch',
    forbidden: 'Not for you',
  },
  {
    locale: 'de',
    root: '/club/de',
    forGuests: 'Mitglieder lesen hier, was los ist.',
    notice: 'Grace, der Steg ist am Sonntag gesperrt.',
    take: 'Nehmen (Heron)',
    giveBack: 'Zurückgeben (Heron)',
    signedOut: 'Du bist abgemeldet. Anmelden',
    other: 'English',
    forbidden: 'Nicht für dich',
  },
];

describe('The members sample in a browser', () => {
  let app: App;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    app = await App.create('samples/members').build();
    server = await app.serve();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    app?.remove();
  });

  const own = (path: string) => `http://localhost:${server.port}${path}`;
  const pathOf = (page: Page) => new URL(page.url()).pathname;

  /** A visitor with cookies of their own. Errors of scripts end up in `errors`. */
  async function visited(
    visit: (page: Page, errors: string[]) => Promise<void>,
    colorScheme: (typeof SCHEMES)[number] = 'light',
  ) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    try {
      await visit(page, errors);
    } finally {
      await context.close();
    }
  }

  async function signIn(page: Page, name: string, password: string) {
    await page.fill('input[name=email]', `${name}@example.com`);
    await page.fill('input[name=password]', password);
    await page.click('main form button');
    await page.waitForLoadState();
  }

  /** Waits for what comes after the page: the notices of its home, the boats of the members' page. */
  async function islandsOn(page: Page) {
    if (/\/(?:club|de)$/.test(pathOf(page))) await page.waitForSelector('section.card li');
    if (pathOf(page).endsWith('/members')) await page.waitForSelector('.boats button');
  }

  describe.each(LANGUAGES)('in the language $locale', (language) => {
    const { root } = language;

    it('shows a guest what stands in the place of the notices, and keeps it there', async () => {
      await visited(async (page, errors) => {
        const island = page.waitForResponse(/\/club\/_server-islands\/Noticeboard/);
        await page.goto(own(root));
        expect((await island).status()).toBe(401);
        // Time enough to put something else there.
        await page.waitForTimeout(200);
        expect(await page.textContent('section.card')).toContain(language.forGuests);
        expect(errors).toEqual([]);
      });
    });

    it('brings a member the notices, and boats that can be taken', async () => {
      await visited(async (page, errors) => {
        await page.goto(own(`${root}/members`));
        expect(pathOf(page)).toBe(`${root}/login`);
        await signIn(page, 'grace', 'hopper');
        expect(pathOf(page)).toBe(`${root}/members`);

        await page.getByRole('button', { name: language.take, exact: true }).click();
        await page.getByRole('button', { name: language.giveBack, exact: true }).click();
        await page.getByRole('button', { name: language.take, exact: true }).waitFor();

        await page.goto(own(root));
        await page.getByText(language.notice).waitFor();
        expect(await page.textContent('section.card')).not.toContain(language.forGuests);
        expect(errors).toEqual([]);
      });
    });

    it('tells a member who was signed out elsewhere, and leads back', async () => {
      await visited(async (page) => {
        await page.goto(own(`${root}/members`));
        await signIn(page, 'grace', 'hopper');
        await page.getByRole('button', { name: language.take, exact: true }).waitFor();
        await page.context().clearCookies();
        await page.getByRole('button', { name: language.take, exact: true }).click();
        await page.waitForSelector('[role=alert]');
        expect(await page.textContent('[role=alert]')).toBe(language.signedOut);
        await page.click('[role=alert] a');
        await signIn(page, 'grace', 'hopper');
        expect(pathOf(page)).toBe(`${root}/members`);
      });
    });

    it('changes the language and stays on the page', async () => {
      await visited(async (page) => {
        await page.goto(own(`${root}/minutes`));
        await signIn(page, 'grace', 'hopper');
        await page.click(`text=${language.other}`);
        await page.waitForLoadState();
        expect(pathOf(page)).toBe(root === '/club' ? '/club/de/minutes' : '/club/minutes');
        expect(await page.textContent('h1')).toBe('Minutes of the last meeting');
      });
    });

    it.each(SCHEMES)('keeps nobody out by how it looks, and fits a phone, in %s', async (scheme) => {
      await visited(async (page) => {
        const found: Record<string, unknown> = {};
        const look = async (name: string) => {
          if (name === 'committee') await islandsOn(page);
          const widthBeyond = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          found[`${name}: ${await page.textContent('h1')}`] = { barriers: await barriersOn(page), widthBeyond };
        };
        for (const path of ['', '/nothing', '/login']) {
          await page.goto(own(root + path));
          await look('guest');
        }
        await signIn(page, 'ada', 'wrong');
        expect(await page.locator('[role=alert]').count()).toBe(1);
        await look('guest, after a mistake');
        await signIn(page, 'grace', 'hopper');
        await look('member, just signed in');
        await page.goto(own(`${root}/committee`));
        expect(await page.textContent('h1')).toBe(language.forbidden);
        await look('member');
        await page.goto(own(`${root}/login`));
        await signIn(page, 'ada', 'lovelace');
        for (const path of ['', '/members', '/minutes', '/committee']) {
          await page.goto(own(root + path));
          expect(pathOf(page)).toBe(root + path);
          await look('committee');
        }
        const fine = Object.fromEntries(Object.keys(found).map((name) => [name, { barriers: [], widthBeyond: 0 }]));
        expect(found).toEqual(fine);
      }, scheme);
    });
  });
});
