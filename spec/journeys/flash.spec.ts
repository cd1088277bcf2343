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
    // On a busy machine the headers may be read late, so one of several attempts is enough.
    const streamed: number[] = [];
    for (let at = 0; at < 3; at++) {
      const { firstByte, lastByte } = await timeOf(browser, server, '/nested');
      streamed.push(lastByte - firstByte);
    }
    await browser.get('/leave');
    const held = await timeOf(browser, server, '/nested');
    expect(Math.max(...streamed)).toBeGreaterThan(60);
    expect(held.lastByte - held.firstByte).toBeLessThan(60);
    expect(held.text).toContain('notice: hello');
  });

  it('let a page stream when there are none', async () => {
    const { firstByte, lastByte } = await timeOf(new Browser(server), server, '/layout');
    expect(lastByte - firstByte).toBeGreaterThan(150);
  });
});

/** Returns the times of the first and the last byte of a page, in milliseconds. */
async function timeOf(browser: Browser, server: Server, path: string) {
  const begun = performance.now();
  const headers = { accept: 'text/html', cookie: browser.cookieHeader };
  const response = await fetch(server.origin + path, { headers });
  let firstByte: number | undefined;
  let text = '';
  for await (const chunk of response.body ?? []) {
    firstByte ??= performance.now() - begun;
    text += new TextDecoder().decode(chunk);
  }
  return { firstByte: firstByte ?? begun, lastByte: performance.now() - begun, text };
}
