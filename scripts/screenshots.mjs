// Makes the pictures in docs/images: the starter sample as it is served by `astro dev`, in Chromium.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch, serve } from './served.mjs';

const root = new URL('../', import.meta.url);
const images = new URL('docs/images/', root);
const astro = fileURLToPath(new URL('node_modules/astro/bin/astro.mjs', root));

execFileSync(process.execPath, [fileURLToPath(new URL('scripts/link-samples.mjs', root))]);
const starter = fileURLToPath(new URL('samples/starter/', root));
const inDevelopment = (port) => [astro, 'dev', '--port', String(port), '--host', '127.0.0.1'];
const origin = await serve(starter, inDevelopment, '/login');
mkdirSync(images, { recursive: true });
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1100, height: 700 } });

// Once for Vite to have everything bundled, after which it would load the page anew.
await page.goto(`${origin}/login`);
await page.waitForLoadState('networkidle');
for (const path of ['/', '/', '/admin']) await page.goto(origin + path);
await page.goto(`${origin}/login`);
await hideBar(page);
await take('starter-login');

await page.fill('input[name=email]', 'ada@example.com');
await page.fill('input[name=password]', 'lovelace');
await page.click('main button');
await page.waitForURL('**/dashboard');
await hideBar(page);
await take('starter');

await page.setViewportSize({ width: 1100, height: 960 });
for (const path of ['/admin', '/dashboard']) await page.goto(origin + path);
await openToolbar(page);
for (const colorScheme of ['light', 'dark']) {
  await page.emulateMedia({ colorScheme });
  await take(`toolbar-${colorScheme}`);
}
await browser.close();
process.exit();

/** Takes Astro's toolbar out of the picture. */
async function hideBar(onPage) {
  await onPage.locator('astro-dev-toolbar').waitFor({ state: 'attached' });
  await onPage.evaluate(() => document.querySelector('astro-dev-toolbar').remove());
}

async function openToolbar(onPage) {
  const button = onPage.locator('button[data-app-id="astro-gatehouse"]');
  const panel = onPage.locator('astro-dev-toolbar-app-canvas[data-app-id="astro-gatehouse"] .window');
  await button.waitFor({ state: 'attached' });
  await button.focus();
  for (let attempt = 0; attempt < 50 && !(await panel.isVisible()); attempt++) {
    await onPage.keyboard.press('Enter');
    await onPage.waitForTimeout(200);
  }
  await panel.locator('tbody tr').first().waitFor();
  await panel.locator('h1').evaluate((element) => element.blur());
}

/** Flat colours keep pictures small. */
async function take(name) {
  await page.waitForTimeout(500);
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, images)), animations: 'disabled' });
}
