import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

describe.each(['memory', 'network'])("Astro's route cache, %s provider", (cache) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('spec/apps/caches').build({ CACHE: cache });
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('still works for pages that are for everybody', async () => {
    await new Browser(server).get('/open');
    const { headers } = await new Browser(server).get('/open');
    const kept = headers.get('x-astro-cache') ?? headers.get('cdn-cache-control');
    expect(kept).toMatch(/HIT|max-age=300/);
  });

  it.each([
    ['signed in', (browser: Browser) => browser.get('/login')],
    ['known to a middleware alone', async (browser: Browser) => void browser.cookies.set('whoami', 'ada')],
  ])('keeps nothing of a protected page for a visitor who is %s', async (_, identify) => {
    const member = new Browser(server);
    await identify(member);
    const page = await member.get('/members');
    const guest = await new Browser(server).get('/members');
    expect(page.text).toContain('members');
    expect(page.headers.get('cdn-cache-control')).toBeNull();
    expect(page.headers.get('cache-control')).toBe('private, no-store');
    expect(guest.status).toBe(302);
  });

  it('is not told to keep what it may not, whatever header a page says it in', async () => {
    const told = async (browser: Browser) => {
      const { headers } = await browser.get('/cdn');
      return ['cdn-cache-control', 'surrogate-control', 'netlify-cdn-cache-control'].map((name) => headers.get(name));
    };
    const member = new Browser(server);
    await member.get('/login');
    expect(await told(member)).toEqual([null, null, null]);
    // Astro's own cache takes the first for itself.
    expect((await told(new Browser(server))).slice(1)).toEqual(['max-age=300', 'max-age=300']);
  });

  it('is not told to keep what a component asks of a guest after the page has answered', async () => {
    const { headers, text } = await new Browser(server).get('/late');
    expect(text).toContain('guest');
    expect([headers.get('surrogate-control'), headers.get('cache-control')]).toEqual([null, 'private, no-cache']);
  });

  it('is not told to keep a page that asks whether the visitor has a session', async () => {
    const asked = async (path: string) => {
      const { headers } = await new Browser(server).get(path);
      return [headers.get('surrogate-control'), headers.get('cache-control')];
    };
    expect(await asked('/begun?ask')).toEqual([null, 'private, no-cache']);
    expect(await asked('/begun')).toEqual(['max-age=300', null]);
  });

  it('keeps no refusal', async () => {
    const guest = await new Browser(server).get('/members');
    expect(guest.status).toBe(302);
    expect(guest.headers.get('cdn-cache-control')).toBeNull();
    const member = new Browser(server);
    await member.get('/login');
    expect((await member.get('/members')).status).toBe(200);
  });
});

describe('A handler that is given one locals object for all requests', () => {
  it('answers with an error and not with the session of another visitor', async () => {
    const app = App.create('spec/apps/caches', {
      'serve.mjs': `
        import { createServer } from 'node:http';
        import { handler } from './dist/server/entry.mjs';
        const locals = { title: 'the same for all' };
        createServer((request, response) => handler(request, response, () => response.end(), locals))
          .listen(Number(process.env.PORT), '127.0.0.1');
      `,
    });
    await app.build({ MODE: 'middleware' });
    const server = await app.serve(undefined, 'serve.mjs');
    await fetch(`${server.origin}/login`);
    const next = await new Browser(server).get('/members');
    await server.stop();
    app.remove();
    expect(next.status).toBe(500);
    expect(next.text).not.toContain('members');
    expect(server.output).toContain('SharedLocalsError');
  });
});
