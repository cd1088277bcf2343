import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';

const FILES = {
  'astro.config.mjs': siteConfig(`{ protect: [{ pattern: '/account' }, { pattern: '/api/**' }, { action: 'pay' }] }`),
  'src/gatehouse.ts': `
    import { existsSync } from 'node:fs';
    import { Clock, MemorySessionStore, SessionConfig, SessionStore, defineGatehouse } from 'astro-gatehouse/server';
    const fail = async (what) => {
      if (existsSync('down-' + what)) throw new Error('The store is down.');
      if (existsSync('silent-' + what)) await new Promise(() => {});
    };
    class FragileStore extends MemorySessionStore {
      async read(token, lease) { await fail('read'); return super.read(token, lease); }
      async write(changes) { await fail('write'); return super.write(changes); }
      async destroy(id) { await fail('write'); return super.destroy(id); }
    }
    export default defineGatehouse({
      session: { storeTimeout: 0.2 },
      services: (services) =>
        services.override(SessionStore, (get) => new FragileStore(get(SessionConfig), get(Clock))),
    });`,
  'src/actions/index.ts': `
    import { defineAction } from 'astro:actions';
    export const server = { pay: defineAction({ accept: 'form', handler: () => console.log('PAID') }) };`,
  'src/pages/index.astro': `---
    import { getSession } from 'astro-gatehouse/server';
    ---
    <p>hello {getSession()?.userId ?? 'guest'}</p>`,
  'src/pages/account.astro': '<p>the account</p>',
  'src/pages/own-check.astro': `---
    import { authorize } from 'astro-gatehouse/server';
    await authorize();
    ---
    <p>checked</p>`,
  'src/pages/login.astro': '<p>sign in here</p>',
  'src/pages/api/data.ts': "export const GET = () => new Response('data');",
  'src/pages/visit.ts': `
    export const GET = ({ locals }) => {
      locals.session.set('visits', (visits = 0) => visits + 1);
      return new Response('visit ' + locals.session.get('visits'));
    };`,
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await setSession(context, { userId: 'ada' });
      return new Response('welcome');
    };`,
};

describe('A site whose store is unavailable', () => {
  let app: App;
  let server: Server;
  let ada: Browser;

  const up = () => {
    const signs = ['down-read', 'down-write', 'silent-read', 'silent-write'];
    for (const sign of signs) rmSync(join(app.folder, sign), { force: true });
  };
  const down = (what: 'read' | 'write') => app.write({ [`down-${what}`]: '' });
  const silent = (what: 'read' | 'write') => app.write({ [`silent-${what}`]: '' });

  beforeAll(async () => {
    app = App.create(undefined, FILES);
    server = await (await app.build()).serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });
  beforeEach(async () => {
    ada = new Browser(server);
    await ada.post('/enter');
  });
  afterEach(up);

  it.each(['/account', '/own-check', '/api/data'])(
    'responds with 503 at %s, without a redirect to the login page',
    async (path) => {
      down('read');
      const answer = await ada.get(path);
      expect([answer.status, answer.location, answer.headers.get('retry-after')]).toEqual([503, null, '5']);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.text).toBe('Service Unavailable');
      up();
      expect((await ada.get(path)).status).toBe(200);
    },
  );

  it('shows public pages as to a guest, uncached and without removing the cookie', async () => {
    down('read');
    const answer = await ada.get('/');
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('hello guest')]);
    expect(answer.setCookies).toEqual([]);
    expect(answer.headers.get('cache-control')).toMatch(/private/);
    up();
    expect((await ada.get('/')).text).toContain('hello ada');
  });

  it('works for visitors without a cookie', async () => {
    down('read');
    const guest = new Browser(server);
    expect((await guest.get('/')).text).toContain('hello guest');
    expect((await guest.get('/account')).location).toBe('/login?returnTo=%2Faccount');
  });

  it('does not run actions that require a visitor', async () => {
    down('read');
    const before = server.output.length;
    expect((await ada.post('/_actions/pay', { any: 'thing' })).status).toBe(503);
    expect((await ada.post('/?_action=pay', { any: 'thing' })).status).toBe(503);
    up();
    expect((await ada.post('/_actions/pay', { any: 'thing' })).status).toBe(204);
    expect((await server.printed('PAID', before)).match(/PAID/g)).toHaveLength(1);
  });

  it.each(['read', 'write'] as const)('responds with an error when a change cannot be stored: %s', async (what) => {
    expect((await ada.get('/visit')).text).toBe('visit 1');
    down(what);
    const answer = await ada.get('/visit');
    expect([answer.status, answer.setCookies]).toEqual([503, []]);
    up();
    expect((await ada.get('/visit')).text).toBe('visit 2');
  });

  it('does not report a sign-in that was not stored', async () => {
    down('write');
    const guest = new Browser(server);
    const answer = await guest.post('/enter');
    expect([answer.status, answer.setCookies]).toEqual([503, []]);
    up();
    expect((await guest.get('/account')).status).toBe(302);
  });

  it('logs the cause', async () => {
    const before = server.output.length;
    down('read');
    await ada.get('/');
    expect(await server.printed('The store is down.', before)).toContain(
      'Make sure that the store is running and can be reached.',
    );
  });

  it('treats a store that never answers as unavailable', async () => {
    silent('read');
    const begun = performance.now();
    const [account, start] = await Promise.all([ada.get('/account'), ada.get('/')]);
    expect([account.status, account.headers.get('retry-after'), account.setCookies]).toEqual([
      503,
      expect.any(String),
      [],
    ]);
    expect([start.status, start.text]).toEqual([200, expect.stringContaining('hello guest')]);
    expect(performance.now() - begun).toBeGreaterThan(150);
    up();
    silent('write');
    expect((await ada.get('/visit')).status).toBe(503);
    up();
    expect((await ada.get('/account')).status).toBe(200);
  });
});
