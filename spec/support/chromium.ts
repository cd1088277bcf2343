import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type LaunchOptions, type Page } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const SCHEMES = ['light', 'dark'] as const;

/** The machine's own Chromium, which asks nobody outside for anything. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS, ...options });
}

/** What keeps people out of the page as it stands, each with the elements: what axe-core calls serious or critical. */
export async function barriersOn(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  // A text, because the page's `axe` is no name of this file's.
  const found: unknown = await page.evaluate(`axe.run().then(({ violations, passes }) => {
    if (passes.length === 0) throw new Error('axe-core has looked at nothing');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => id + ': ' + help + ': ' + html));
  })`);
  return Array.isArray(found) ? found.map(String) : [String(found)];
}
