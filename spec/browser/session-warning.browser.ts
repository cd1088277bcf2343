import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type App, SECRET, type Server } from '../support/app.js';
import { barriersOn, launchChromium } from '../support/chromium.js';
import { documentedFiles } from '../support/documented-file.js';
import { madeSite } from '../support/made-site.js';
import { LATER, pass } from '../support/movable-clock.js';

const SITE = madeSite(`{ protect: [{ pattern: '/read' }] }`, {
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    const now = Date.now;
    Date.now = () => now() + (globalThis.ahead ?? 0);
    export default defineGatehouse({
      session: { idleTimeout: 700, renewAfter: 100, absoluteTimeout: 2000, cookie: { secure: false } },
    });`,
  'src/pages/enter.ts': `import { signIn } from 'astro-gatehouse/server';
    export const GET = async (context) => (await signIn({ userId: 'ada' }, context), context.redirect('/read'));`,
  'src/pages/login.astro': '<html lang="en"><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>',
  'src/pages/read.astro': `---
import SessionWarning from '../components/SessionWarning.astro';
---
<html lang="en"><head><title>Read</title></head><body><main><h1>Read</h1></main><SessionWarning /></body></html>`,
  ...documentedFiles('docs/sessions.md', [
    'src/pages/api/session.ts',
    'src/scripts/session-warning.ts',
    'src/components/SessionWarning.astro',
  ]),
  ...LATER,
});

describe('The warning before the end of a session, as documented', () => {
  let app: App;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    app = await SITE.build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    app?.remove();
  });

  it('is shown two minutes before the end, lets the visitor stay, and gives way to the sign-in at the end', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.clock.install();
    /** Lets time go by at the server, and then in the browser, whose timers see that. */
    const later = async (seconds: number) => {
      await pass(seconds * 1000, server);
      await page.clock.fastForward(seconds * 1000);
    };
    const asked = () => page.waitForResponse((answer) => answer.url().endsWith('/api/session'));
    await Promise.all([asked(), page.goto(`${server.origin}/enter`)]);
    const warning = page.getByRole('dialog');
    expect(await warning.isVisible()).toBe(false);

    await Promise.all([asked(), later(681)]);
    await warning.waitFor();
    expect(await warning.textContent()).toContain('you will be signed out in 2 minutes.');
    expect(await barriersOn(page)).toEqual([]);
    await Promise.all([asked(), page.getByRole('button', { name: 'Stay signed in' }).click()]);
    await warning.waitFor({ state: 'hidden' });

    await Promise.all([asked(), later(690)]);
    await warning.waitFor();
    await Promise.all([page.waitForURL('**/login?returnTo=%2Fread'), later(120)]);
    expect(await page.getByRole('heading').textContent()).toBe('Sign in');
  });
});
