import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const APP = 'https://app.example.com';

describe('The api sample', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('samples/api').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  async function signedIn(name = 'ada'): Promise<Browser> {
    const browser = new Browser(server);
    expect((await browser.post('/enter', { name })).location).toBe('/notes');
    return browser;
  }
  async function newKey(browser: Browser, ...scopes: string[]): Promise<string> {
    const body = new URLSearchParams([['name', 'Script'], ...scopes.map((scope) => ['scope', scope])]).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await browser.visit('/keys/new', { method: 'POST', body, headers })).location).toBe('/keys');
    const { text } = await browser.get('/keys');
    const [, key = ''] = /<code id="key"[^>]*>([^<]+)</.exec(text) ?? [];
    expect(key).toMatch(/^notes_[\w-]{43}$/);
    return key;
  }
  /** Calls the API as a program does: without a page, and without cookies. */
  async function call(
    path: string,
    key?: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ) {
    const headers = { ...(key && { authorization: `Bearer ${key}` }), ...init.headers };
    const answer = await fetch(`${server.origin}/api${path}`, { redirect: 'manual', ...init, headers });
    const text = await answer.text();
    const type = answer.headers.get('content-type');
    return { status: answer.status, headers: answer.headers, type, body: text ? JSON.parse(text) : undefined };
  }
  const json = (text: string) => ({
    method: 'POST',
    body: JSON.stringify({ text }),
    headers: { 'content-type': 'application/json' },
  });

  it('sends guests to sign in, and back', async () => {
    const guest = new Browser(server);
    expect((await guest.get('/')).location).toBe('/notes');
    expect((await guest.get('/notes')).location).toBe('/login?returnTo=%2Fnotes');
  });

  it("serves the page's own script by the session", async () => {
    const browser = await signedIn();
    const asScript = { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
    const added = await browser.visit('/api/notes', {
      ...{ method: 'POST', body: '{"text":"Buy milk"}' },
      headers: { ...asScript, 'content-type': 'application/json' },
    });
    expect([added.status, JSON.parse(added.text).text]).toEqual([201, 'Buy milk']);
    const removed = await browser.visit(`${added.headers.get('location')}`, { method: 'DELETE', headers: asScript });
    expect(removed.status).toBe(204);
    const forged = { ...asScript, origin: 'https://evil.example', 'content-type': 'application/json' };
    expect((await browser.visit('/api/notes', { method: 'POST', body: '{"text":"x"}', headers: forged })).status).toBe(
      403,
    );
  });

  it('shows a key once, and lets a program in with it, for what it may', async () => {
    const browser = await signedIn('bob');
    const [reader, writer] = [await newKey(browser, 'notes:read'), await newKey(browser, 'notes:read', 'notes:write')];
    expect((await browser.get('/keys')).text).not.toContain(writer);
    const { status, headers, body } = await call('/notes', writer, json('From a program'));
    expect([status, body.text]).toEqual([201, 'From a program']);
    expect((await call('/notes', reader)).body).toEqual([body]);
    expect((await call(`${headers.get('location')?.slice('/api'.length)}`, reader)).body).toEqual(body);
    const refused = await call('/notes', reader, json('No'));
    expect(refused).toMatchObject({ status: 403, type: 'application/problem+json' });
    expect(refused.body).toMatchObject({ code: 'MISSING_PERMISSION', missing: ['notes:write'] });
    expect((await call(`/notes/${body.id}`, reader, { method: 'DELETE' })).status).toBe(403);
    expect((await call(`/notes/${body.id}`, writer, { method: 'DELETE' })).status).toBe(204);
  });

  it('answers everything in the same form', async () => {
    const key = await newKey(await signedIn('cyd'), 'notes:read', 'notes:write');
    const found = [await call('/notes/none', key), await call('/nothing', key), await call('/notes', key, json(' '))];
    expect(found.map(({ status, type }) => [status, type])).toEqual([
      [404, 'application/problem+json'],
      [404, 'application/problem+json'],
      [400, 'application/problem+json'],
    ]);
    for (const guest of [await call('/notes'), await call('/notes', 'notes_made-up'), await call('/nothing')]) {
      expect(guest).toMatchObject({ status: 401, type: 'application/problem+json' });
      expect(guest.headers.get('www-authenticate')).toBe('Bearer realm="notes"');
    }
  });

  it('keeps the notes of each user, and no session beside a wrong key', async () => {
    const browser = await signedIn('dan');
    const key = await newKey(browser, 'notes:read', 'notes:write');
    await call('/notes', key, json('of dan'));
    const eve = await newKey(await signedIn('eve'), 'notes:read');
    expect((await call('/notes', eve)).body).toEqual([]);
    const headers = { cookie: browser.cookieHeader };
    expect((await call('/notes', 'notes_made-up', { headers })).status).toBe(401);
    expect((await call('/notes', eve, { headers })).body).toEqual([]);
  });

  it('never lets a key create or revoke keys, and ends a key that is revoked', async () => {
    const browser = await signedIn('fay');
    const key = await newKey(browser, 'notes:read', 'notes:write', 'keys:manage');
    const headers = { authorization: `Bearer ${key}`, accept: 'application/json' };
    const created = await fetch(`${server.origin}/keys/new`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ name: 'x' }),
    });
    expect(created.status).toBe(403);
    const [, id = ''] = /name="id" value="([^"]+)"/.exec((await browser.get('/keys')).text) ?? [];
    await (await signedIn('eve')).post('/keys/revoke', { id });
    expect((await call('/notes', key)).status).toBe(200);
    await browser.post('/keys/revoke', { id });
    expect((await call('/notes', key)).status).toBe(401);
  });

  it('serves the pages of one other origin, and tells others nothing', async () => {
    const key = await newKey(await signedIn('gus'), 'notes:read', 'notes:write');
    const preflight = (origin: string) =>
      call('/notes', undefined, {
        ...{ method: 'OPTIONS' },
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const allowed = await preflight(APP);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(APP);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    const stranger = await preflight('https://evil.example');
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
    const { headers: type, ...init } = json('From the app');
    const sent = { origin: APP, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', ...type };
    const added = await call('/notes', key, { ...init, headers: sent });
    expect([added.status, added.headers.get('access-control-allow-origin')]).toEqual([201, APP]);
    const refused = await call('/notes', undefined, { headers: { origin: APP } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, APP]);
  });
});
