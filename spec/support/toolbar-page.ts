import { join, resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';

const AXE = join(resolve(import.meta.dirname, '../..'), 'node_modules/axe-core/axe.min.js');
const CANVAS = 'astro-dev-toolbar-app-canvas[data-app-id="astro-gatehouse"]';

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

interface AxeReport {
  readonly violations: readonly AxeViolation[];
  readonly passes: readonly AxeViolation[];
}

/** A page in Chromium with the toolbar on it. */
export class ToolbarPage {
  constructor(
    readonly page: Page,
    private readonly port: number,
  ) {}

  async open(path: string): Promise<void> {
    await this.page.goto(`http://localhost:${this.port}${path}`);
  }

  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  get panel(): Locator {
    return this.page.locator(`${CANVAS} .window`);
  }

  get badge(): Locator {
    return this.page.locator('gatehouse-viewing-as section');
  }

  part(title: string): Locator {
    return this.panel.locator('section', { has: this.page.locator(`:scope > h2:text-is("${title}")`) });
  }

  button(name: string): Locator {
    return this.panel.getByRole('button', { name, exact: true });
  }

  /** Opens the panel with the keyboard alone. */
  async openPanel(): Promise<void> {
    const button = this.page.locator('button[data-app-id="astro-gatehouse"]');
    await button.waitFor({ state: 'attached' });
    for (let at = 0; at < 60 && !(await button.evaluate((element) => element.matches(':focus'))); at++) {
      await this.page.keyboard.press('Tab');
    }
    // Astro takes no clicks on an app before it has made it ready, which nothing on the page tells.
    for (let at = 0; at < 50 && !(await this.panel.isVisible()); at++) {
      await this.page.keyboard.press('Enter');
      await this.page.waitForTimeout(200);
    }
    await this.part('Session').locator('p, dl').first().waitFor();
  }

  /** Presses a button of the toolbar, and waits for the page that comes of it. */
  async press(button: Locator): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), button.click()]);
    await this.page.locator('button[data-app-id="astro-gatehouse"]').waitFor({ state: 'attached' });
  }

  /** What axe-core has against the panel, or the badge. */
  async violations(...place: string[]): Promise<string[]> {
    await this.page.addScriptTag({ path: AXE });
    const found = await this.page.evaluate(async (shadow) => {
      const { axe } = globalThis as unknown as {
        axe: { run(context: object): Promise<AxeReport> };
      };
      return axe.run({ include: [{ fromShadowDom: shadow }] });
    }, place);
    const looked = found.passes.some(({ id }) => id === 'color-contrast');
    if (!looked && found.violations.length === 0) throw new Error('axe-core found nothing to look at.');
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  panelViolations(): Promise<string[]> {
    return this.violations('astro-dev-toolbar', CANVAS, '.window');
  }
}
