import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

describe.each(['cookie', 'memory'])('Flash messages in a built application, %s store,', (store) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('spec/apps/journeys').build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it.each([
    ['a page', '/show'],
    ['a layout, below a child that is awaited', '/layout'],
    ['a nested asynchronous component', '/nested'],
    ['a framework component', '/framework'],
  ])('are delivered once when %s reads them', async (_, path) => {
    const browser = new Browser(server);
    await browser.get('/leave?text=saved');
    const first = await browser.get(path);
    const second = await browser.get(path);
    expect(first.text).toContain('notice: saved');
    expect(second.text).toContain('nothing new');
  });

  it('survive redirects that do not read them', async () => {
    const browser = new Browser(server);
    await browser.get('/leave?to=/hop');
    const hop = await browser.get('/hop');
    const shown = await browser.get('/layout');
    expect(hop.location).toBe('/show');
    expect(shown.text).toContain('notice: hello');
  });

  it('survive prefetches and HEAD requests', async () => {
    const browser = new Browser(server);
    await browser.get('/leave');
    const prefetch = await browser.get('/layout', { headers: { 'sec-purpose': 'prefetch;prerender' } });
    await browser.visit('/layout', { method: 'HEAD' });
    const shown = await browser.get('/layout');
    expect(prefetch.text).toContain('nothing new');
    expect(shown.text).toContain('notice: hello');
  });

  it('are shown by the error page when the page that read them failed', async () => {
    const browser = new Browser(server);
    await browser.get('/leave');
    const failed = await browser.get('/broken');
    const next = await browser.get('/show');
    expect(failed.status).toBe(500);
    expect(failed.text).toContain('notice: hello');
    expect(next.text).toContain('nothing new');
  });

  it('delay the response headers until a component that renders late has read them', async () => {
    const browser = new Browser(server);
    const streamed = await AtGate.of(browser, server, '/nested');
    await server.until(async () => streamed.hasBegun);
    expect(await streamed.pass()).toContain('nothing new');
    await browser.get('/leave');
    const held = await AtGate.of(browser, server, '/nested');
    await new Promise((wake) => setTimeout(wake, 50));
    expect(held.hasBegun).toBe(false);
    expect(await held.pass()).toContain('notice: hello');
  });

  it('let a page stream when there are none', async () => {
    const page = await AtGate.of(new Browser(server), server, '/layout');
    await server.until(async () => page.hasBegun);
    expect(await page.pass()).toContain('slow child');
  });
});

/** A page with a component that waits at a gate. */
class AtGate {
  /** Whether its first part has arrived. */
  hasBegun = false;
  readonly #server: Server;
  readonly #text: Promise<string>;

  private constructor(browser: Browser, server: Server, path: string) {
    this.#server = server;
    this.#text = this.#textOf(`${server.origin}${path}?gated`, { accept: 'text/html', cookie: browser.cookieHeader });
  }

  /** Requests a page, and waits until its component has come to the gate. */
  static async of(browser: Browser, server: Server, path: string): Promise<AtGate> {
    const page = new AtGate(browser, server, path);
    await server.until(async () => (await page.#gate()) === '1');
    return page;
  }

  /** Opens the gate. @returns The whole page. */
  async pass(): Promise<string> {
    await this.#gate('?open');
    return this.#text;
  }

  async #gate(query = ''): Promise<string> {
    return (await fetch(`${this.#server.origin}/gate${query}`)).text();
  }

  async #textOf(address: string, headers: Record<string, string>): Promise<string> {
    const response = await fetch(address, { headers });
    let text = '';
    for await (const chunk of response.body ?? []) {
      this.hasBegun = true;
      text += new TextDecoder().decode(chunk);
    }
    return text;
  }
}
