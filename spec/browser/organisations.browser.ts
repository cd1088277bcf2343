import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type App, SECRET, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';
import { madeSite } from '../support/made-site.js';

const FILES = {
  'src/gatehouse.js': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    const members = { acorn: 'admin', birch: 'member' };
    export default defineGatehouse({
      protect: [{ pattern: '/org/**', role: 'member' }],
      access: { hierarchy: { admin: ['member'] }, rolesFor: (_, { page }) => members[page?.params.slug] },
    });`,
  'src/actions/index.js': `
    import { defineAction } from 'astro:actions';
    import { hasRole } from 'astro-gatehouse/server';
    export const server = {
      where: defineAction({ handler: (_, context) => context.locals.services.request.page?.params.slug + ' ' + hasRole('admin', context) }),
    };`,
  'src/components/Here.astro': `---
    import { hasRole } from 'astro-gatehouse/server';
    const { slug } = Astro.locals.services.request.page?.params ?? {};
    ---
    <p id="here">{slug} {String(hasRole('admin'))}</p>`,
  'src/pages/org/[slug].astro': `---
    import { ClientRouter } from 'astro:transitions';
    import Here from '../../components/Here.astro';
    const { slug } = Astro.params;
    ---
    <html lang="en"><head><title>{slug}</title><ClientRouter /></head><body>
      <h1>{slug}</h1>
      <a id="acorn" href="/org/acorn">Acorn</a> <a id="birch" href="/org/birch">Birch</a>
      <Here server:defer />
      <button id="call">Where am I?</button><p id="told"></p>
      <script>
        import { actions } from 'astro:actions';
        document.addEventListener('astro:page-load', () => {
          document.querySelector('#call').onclick = async () => {
            const { data, error } = await actions.where();
            document.querySelector('#told').textContent = data ?? error.code;
          };
        });
      </script>
    </body></html>`,
  'src/pages/login.js': `
    import { signIn } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await signIn({ userId: 'ada' }, context);
      return context.redirect('/org/acorn');
    };`,
};

describe('Two organisations in one browser', () => {
  let app: App;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
    app = await madeSite('{}', FILES).build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    app.remove();
  });

  async function expectThere(page: Page, slug: string, isAdmin: boolean): Promise<void> {
    await page.waitForFunction(`document.querySelector('h1')?.textContent === '${slug}'`);
    expect(await page.locator('#here').textContent()).toBe(`${slug} ${isAdmin}`);
    await page.click('#call');
    await page.waitForFunction(`document.querySelector('#told')?.textContent !== ''`);
    expect(await page.locator('#told').textContent()).toBe(`${slug} ${isAdmin}`);
  }

  it('are kept apart in islands and actions, when ClientRouter shows one after the other', async () => {
    const page = await (await browser.newContext()).newPage();
    const referers: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/_server-islands/')) referers.push(request.headers().referer ?? '');
    });
    await page.goto(`${server.origin}/login`);
    await expectThere(page, 'acorn', true);
    await page.click('#birch');
    await expectThere(page, 'birch', false);
    await page.click('#acorn');
    await expectThere(page, 'acorn', true);
    await page.goBack();
    await expectThere(page, 'birch', false);
    // While ClientRouter shows the next page, browsers name the one before: islands must not go by it.
    const [first, second] = ['/org/acorn', '/org/acorn'].map((path) => server.origin + path);
    expect(referers.slice(0, 2)).toEqual([first, second]);
  });
});
