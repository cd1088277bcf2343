import { createServer, type Server as HttpServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { App, SECRET, type Server } from '../support/app.js';
import { launchChromium } from '../support/chromium.js';

const FILES = {
  // Leaves for a provider, and comes back, all within the frame.
  'src/pages/away.ts': `
    import { beginSignIn } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      const { state } = await beginSignIn({}, context);
      return context.redirect(process.env.PROVIDER + '/?link=' + encodeURIComponent(new URL('/back?state=' + state, context.url)));
    };`,
  'src/pages/back.ts': `
    import { signIn, takeSignIn } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      if (!(await takeSignIn({}, context))) return new Response('<p>no sign-in was pending</p>', { headers: { 'content-type': 'text/html' } });
      await signIn({ userId: 'grace', role: 'member' }, context);
      return context.redirect('/who');
    };`,
};

let app: App;
let browser: Browser;
let embedder: HttpServer;
let embedderOrigin: string;

beforeAll(async () => {
  app = await App.create('spec/apps/in-flight', FILES).build();
  browser = await launchChromium();
  // Shows the address in its query in a frame, or leads to it by a link.
  embedder = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://embedder');
    const [frame, link] = [searchParams.get('frame'), searchParams.get('link')];
    response.setHeader('Content-Type', 'text/html');
    response.end(frame ? `<iframe src="${frame}"></iframe>` : `<a href="${link}">go</a>`);
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => embedder.once('listening', listening));
  const address = embedder.address();
  embedderOrigin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.stop();
  embedder?.close();
  app?.remove();
});

const servers: Server[] = [];

async function serve(more: Record<string, string>): Promise<Server> {
  const server = await app.serve({ GATEHOUSE_SECRET: SECRET, SAME_SITE: 'none', PROVIDER: embedderOrigin, ...more });
  servers.push(server);
  return server;
}

/** A window of a browser that sends third parties no cookies. */
async function openWindow(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCookieControls', {
    enableThirdPartyCookieRestriction: true,
  });
  return page;
}

/** Opens a page of the embedder, and returns the frame in it. */
async function embed(page: Page, at: string): Promise<Frame> {
  await page.goto(`${embedderOrigin}/?frame=${encodeURIComponent(at)}`);
  const frame = page.frames().find((each) => each !== page.mainFrame());
  if (!frame) throw new Error('The page has no frame.');
  await frame.waitForLoadState();
  return frame;
}

/** Clicks in a frame, and waits for the page to which that leads. */
async function click(frame: Frame, path: string): Promise<void> {
  await Promise.all([frame.waitForNavigation(), frame.click('a, button')]);
  expect(new URL(frame.url()).pathname).toBe(path);
}

const shown = (place: Frame | Page) => place.textContent('p');

describe.each(['cookie', 'memory'])('A site in a frame of another site, with sessions in the %s,', (store) => {
  let server: Server;
  const own = (path: string) => `http://localhost:${server.port}${path}`;

  beforeAll(async () => {
    server = await serve({ STORE: store, PARTITIONED: 'on' });
  });

  it('signs visitors in and out there, although the browser blocks cookies of third parties', async () => {
    const context = await browser.newContext();
    const page = await openWindow(context);
    const frame = await embed(page, own('/login'));
    await click(frame, '/who');
    expect(await shown(frame)).toBe('ada admin, cart 0, no message');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: '__Host-gatehouse', sameSite: 'None', secure: true, httpOnly: true });
    expect(cookie?.partitionKey).toBe('http://127.0.0.1');
    const reopened = await embed(page, own('/members'));
    expect(await reopened.textContent('h1')).toBe('members');
    const leaving = await embed(page, own('/who'));
    await click(leaving, '/who');
    expect(await shown(leaving)).toBe('guest, cart 0, no message');
    expect(await shown(await embed(page, own('/who')))).toBe('guest, cart 0, no message');
    await context.close();
  });

  it('keeps that sign-in apart from the one in a tab of its own', async () => {
    const context = await browser.newContext();
    const page = await openWindow(context);
    await click(await embed(page, own('/login')), '/who');
    const tab = await openWindow(context);
    await tab.goto(own('/who'));
    expect(await shown(tab)).toBe('guest, cart 0, no message');
    await tab.goto(own('/login'));
    await tab.fill('input[name=user]', 'grace');
    await tab.click('button');
    await tab.waitForURL(own('/who'));
    expect(await shown(tab)).toBe('grace admin, cart 0, no message');
    expect(await shown(await embed(page, own('/who')))).toBe('ada admin, cart 0, no message');
    await context.close();
  });

  it('begins a session for a guest with the first page, stores messages, and takes a form with a token', async () => {
    const context = await browser.newContext();
    const page = await openWindow(context);
    await embed(page, own('/visit'));
    expect(await shown(await embed(page, own('/who')))).toBe('guest, cart 1, You came from elsewhere');
    const frame = await embed(page, own('/with-token'));
    await click(frame, '/with-token');
    await frame.waitForSelector('h1:text("POST")');
    expect(await frame.textContent('h1')).toBe('POST');
    await context.close();
  });

  it('completes a sign-in there that leaves for a provider', async () => {
    const context = await browser.newContext();
    const page = await openWindow(context);
    const frame = await embed(page, own('/away'));
    await click(frame, '/who');
    expect(await shown(frame)).toBe('grace member, cart 0, no message');
    await context.close();
  });
});

describe('Without partitioned cookies', () => {
  it('a browser that blocks cookies of third parties signs nobody in', async () => {
    const server = await serve({ STORE: 'memory' });
    const context = await browser.newContext();
    const frame = await embed(await openWindow(context), `http://localhost:${server.port}/login`);
    await click(frame, '/who');
    expect(await shown(frame)).toBe('guest, cart 0, no message');
    await context.close();
  });
});

describe.each(['cookie', 'memory'])('A browser from before the cookies were partitioned, of the store %s,', (store) => {
  it('stays signed in, has one cookie after the next change, and none after a sign-out', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const before = await serve({ STORE: store });
    await page.goto(`http://localhost:${before.port}/login`);
    await page.click('button');
    await page.waitForURL('**/who');
    const server = await serve({ STORE: store, PARTITIONED: 'on' });
    const own = (path: string) => `http://localhost:${server.port}${path}`;
    // That server has the sessions in its memory.
    if (store === 'memory') {
      await page.goto(own('/login'));
      await page.click('button');
      await page.waitForURL(own('/who'));
    }
    await page.goto(own('/visit'));
    await page.goto(own('/who'));
    expect(await shown(page)).toBe('ada admin, cart 1, You came from elsewhere');
    const cookies = await context.cookies();
    expect(cookies.map(({ partitionKey }) => partitionKey !== undefined)).toEqual([true]);
    await page.click('button');
    await page.waitForLoadState();
    expect(await shown(page)).toBe('guest, cart 0, no message');
    await page.goto(own('/members'));
    expect(new URL(page.url()).pathname).toBe('/login');
    await context.close();
  });
});
