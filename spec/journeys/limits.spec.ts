import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';
import { RawClient } from '../support/raw-request.js';

/** An endpoint that stores the data of a form or a program in the session. */
const CARELESS = `
  export const POST = async ({ request, locals: { session } }) => {
    const { values = {}, flashes = {} } = await request.json();
    try {
      for (const [key, value] of Object.entries(values)) session.set(key, value);
      for (const [key, value] of Object.entries(flashes)) session.flash(key, value);
    } catch (error) {
      return Response.json({ code: error.code, key: error.key }, { status: 422 });
    }
    return new Response('kept');
  };
  export const GET = ({ locals: { session } }) => Response.json({
    values: session.all(), flashes: session.flashes.all(), polluted: {}.polluted ?? null, isNew: session.isNew,
  });`;

/** One build, which is started with each of the stores. */
const STORES = `
  import { Clock, defineGatehouse, SessionStore } from 'astro-gatehouse/server';
  import { SqliteSessionStore } from 'astro-gatehouse/stores/sqlite';
  const { STORE = 'cookie' } = process.env;
  export default defineGatehouse(STORE === 'sqlite'
    ? { services: (services) => services.override(SessionStore, (get) => new SqliteSessionStore({}, get(Clock))) }
    : { session: { store: STORE } });`;

describe.each(['cookie', 'memory', 'sqlite', 'astro'])(
  'Data that a visitor puts into a session, %s store,',
  (store) => {
    let app: App;
    let server: Server;

    beforeAll(async () => {
      app = await madeSite('{ csrf: false }', { 'src/gatehouse.ts': STORES, 'src/pages/put.ts': CARELESS }).build();
      server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
    });
    afterAll(async () => {
      await server.stop();
      app.remove();
    });

    const send = (browser: Browser, body: unknown) =>
      browser.visit('/put', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    const kept = async (browser: Browser) => JSON.parse((await browser.get('/put')).text);
    async function started(): Promise<Browser> {
      const browser = new Browser(server);
      expect((await send(browser, { values: { name: 'Ada' } })).text).toBe('kept');
      return browser;
    }

    it('is rejected when it is too large, the log names the key, and the session stays unchanged', async () => {
      const browser = await started();
      const since = server.output.length;
      const answer = await send(browser, { values: { notes: 'x'.repeat(80_000) } });
      expect([answer.status, answer.setCookies]).toEqual([500, []]);
      const printed = await server.printed(/"notes" \(about/, since);
      expect(printed).toContain('"notes" (about 80004 bytes)');
      expect(printed).not.toContain('xxxxxxxx');
      expect((await kept(browser)).values).toEqual({ name: 'Ada' });
    });

    it('is rejected when it is nested too deeply', async () => {
      const browser = await started();
      const bomb = `{ "values": { "bomb": ${'['.repeat(5_000)}${']'.repeat(5_000)} } }`;
      const answer = await send(browser, bomb);
      expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { code: 'INVALID_SESSION_VALUE', key: 'bomb' }]);
      expect((await kept(browser)).values).toEqual({ name: 'Ada' });
    });

    it('is rejected when it has too many keys', async () => {
      const values = Object.fromEntries(Array.from({ length: 1_500 }, (_, number) => [`k${number}`, 1]));
      const answer = await send(new Browser(server), { values });
      // A thousand keys do not fit in a cookie.
      if (store === 'cookie') return expect(answer.status).toBe(500);
      expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { code: 'TOO_MANY_KEYS', key: 'k1000' }]);
    });

    it('loses the oldest flash messages when there are too many, with a warning', async () => {
      const browser = await started();
      const since = server.output.length;
      const flashes = Object.fromEntries(Array.from({ length: 130 }, (_, number) => [`k${number}`, 1]));
      const answer = await send(browser, { flashes });
      expect(await server.printed('More than 100 messages', since)).toContain('More than 100 messages wait');
      if (store === 'cookie') return expect(answer.status).toBe(500);
      const { flashes: waiting } = await kept(browser);
      expect([Object.keys(waiting).length, Object.keys(waiting)[0]]).toEqual([100, 'k30']);
    });

    it('may have keys such as "__proto__"', async () => {
      const browser = await started();
      const body = `{ "values": { "__proto__": { "polluted": 1 }, "constructor": { "prototype": 2 }, "destroy": 3 },
      "flashes": { "__proto__": "Saved", "toString": "x" } }`;
      expect((await send(browser, body)).text).toBe('kept');
      const { values, flashes, polluted } = await kept(browser);
      expect(polluted).toBeNull();
      expect(Object.entries(values)).toEqual([
        ['name', 'Ada'],
        ...(store === 'astro' ? [] : [['__proto__', { polluted: 1 }]]),
        ['constructor', { prototype: 2 }],
        ['destroy', 3],
        ...(store === 'astro' ? [['__proto__', { polluted: 1 }]] : []),
      ]);
      expect(Object.entries(flashes)).toEqual([
        ['__proto__', 'Saved'],
        ['toString', 'x'],
      ]);
    });

    it('is rejected with its key when a value contains a "__proto__" key', async () => {
      const answer = await send(await started(), '{ "values": { "deep": [{ "__proto__": { "polluted": 1 } }] } }');
      expect([answer.status, JSON.parse(answer.text)]).toEqual([422, { code: 'INVALID_SESSION_VALUE', key: 'deep' }]);
    });

    it('is found among as many cookies as a server accepts', async () => {
      const browser = await started();
      const client = new RawClient(server.port, 1);
      const others = Array.from({ length: 1_500 }, (_, number) => `c${number}=1`).join('; ');
      const cookie = `${browser.cookieHeader}; ${others}`;
      const { text } = await client.send({ target: '/put', headers: { Cookie: cookie } });
      const planted = await client.send({ target: '/put', headers: { Cookie: '__Host-gatehouse=x; '.repeat(600) } });
      client.close();
      expect(cookie.length).toBeGreaterThan(12_000);
      expect(JSON.parse(text).values).toEqual({ name: 'Ada' });
      expect([planted.status, JSON.parse(planted.text).isNew]).toEqual([200, true]);
    });
  },
);
