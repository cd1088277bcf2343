// Makes the pictures in docs/images/site: the documentation's site as it is built, in Chromium.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { launch, serve } from './served.mjs';

const root = new URL('../', import.meta.url);
const images = new URL('docs/images/site/', root);
const site = fileURLToPath(new URL('site/', root));
const secret = { GATEHOUSE_SECRET: randomBytes(32).toString('base64url') };
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 800 } };

const origin = await serve(site, () => ['dist/server/entry.mjs'], '/', secret);
mkdirSync(images, { recursive: true });
const browser = await launch();
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport, colorScheme });
    const take = async (name) => {
      await page.waitForLoadState('networkidle');
      const picture = await page.screenshot({ animations: 'disabled' });
      const file = fileURLToPath(new URL(`${name}-${size}-${colorScheme}.png`, images));
      await sharp(picture).png({ palette: true, colours: 128, compressionLevel: 9, effort: 10 }).toFile(file);
    };
    await page.goto(origin);
    await take('front');
    await page.goto(`${origin}/reference/options/`);
    await take('reference');
    await page.goto(`${origin}/demo/`);
    await page.click('button[value=user]');
    await page.waitForLoadState();
    await take('demo');
    await page.close();
  }
}
await browser.close();
process.exit();
