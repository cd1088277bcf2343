import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';

const DAY = 24 * 60 * 60;

const FILES = {
  'astro.config.mjs': siteConfig(`{ protect: [{ pattern: '/admin', role: 'admin' }, { pattern: '/account' }] }`),
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      const form = await context.request.formData();
      const rememberMe = form.has('remember');
      await setSession(context, { userId: form.get('user'), role: 'admin', theme: 'dark' }, { rememberMe });
      return new Response(context.locals.visitor.roles.join());
    };`,
  'src/pages/leave.ts': `
    import { clearSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await clearSession(context, { clearSiteData: context.url.searchParams.has('shared') });
      return new Response('goodbye');
    };`,
  'src/pages/visit.ts': `
    export const GET = ({ locals }) => {
      locals.session.set('visits', (visits = 0) => visits + 1);
      return Response.json(locals.visitor.session);
    };`,
  'src/pages/index.astro': `---
    import { getSession } from 'astro-gatehouse/server';
    ---
    <p>hello {getSession()?.userId ?? 'guest'}, {getSession()?.role ?? 'nobody'} {getSession()?.theme}</p>`,
  'src/pages/admin.astro': '<p>for admins</p>',
  'src/pages/account.astro': '<p>the account</p>',
  'src/pages/login.astro': '<p>sign in here</p>',
};

/** A site that reloads its users when the environment says so. */
const SETUP = `
  import { readFileSync } from 'node:fs';
  import { defineGatehouse, SecurityEvents } from 'astro-gatehouse/server';
  class PrintedEvents extends SecurityEvents {
    publish(event) { console.log('EVENT ' + JSON.stringify(event)); }
  }
  const reloading = {
    services: (services) => services.override(SecurityEvents, PrintedEvents),
    access: { reload: ({ userId }) => JSON.parse(readFileSync('users.json', 'utf8'))[userId] ?? null },
    session: { signedInPages: 'no-cache' },
  };
  export default defineGatehouse(process.env.RELOAD === 'yes' ? reloading : {});`;

/** Returns the seconds for which the browser keeps the cookie of a response. */
const maxAgeOf = (setCookies: readonly string[]) => Number(/Max-Age=(\d+)/.exec(setCookies.join())?.[1]);

/** Returns the names of cookies and their attributes without the time. */
function withoutValues(setCookies: readonly string[]): string[] {
  return setCookies.map((cookie) => cookie.replace(/=[^;]*; Max-Age=\d+/, ''));
}

describe('A signed-in user', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create(undefined, { ...FILES, 'src/gatehouse.ts': SETUP });
    server = await (await app.build()).serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('stays signed in for a week without a request, or for thirty days with rememberMe', async () => {
    const browser = new Browser(server);
    expect(maxAgeOf((await browser.post('/enter', { user: 'ada' })).setCookies)).toBe((7 + 1) * DAY);
    expect(maxAgeOf((await browser.post('/enter', { user: 'ada', remember: 'on' })).setCookies)).toBe((30 + 1) * DAY);
    expect(maxAgeOf((await browser.get('/visit')).setCookies)).toBe((30 + 1) * DAY);
    expect(maxAgeOf((await browser.post('/enter', { user: 'ada' })).setCookies)).toBe((7 + 1) * DAY);
  });

  it('sees pages that browsers do not store, so that Back after a sign-out shows nothing', async () => {
    const browser = new Browser(server);
    await browser.post('/enter', { user: 'ada' });
    for (const path of ['/', '/account', '/visit']) {
      const { headers } = await browser.get(path);
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(headers.get('vary')).toMatch(/cookie/i);
    }
  });

  it('can sign out with Clear-Site-Data on a shared machine', async () => {
    const browser = new Browser(server);
    const entered = await browser.post('/enter', { user: 'ada' });
    const { headers, setCookies } = await browser.post('/leave?shared');
    expect(headers.get('clear-site-data')).toBe('"cache", "storage"');
    expect(maxAgeOf(setCookies)).toBe(0);
    // A browser removes a cookie by the name, path and domain that it was set with.
    expect(withoutValues(setCookies.slice(0, 1))).toEqual(withoutValues(entered.setCookies));
    await browser.post('/enter', { user: 'ada' });
    expect((await browser.post('/leave')).headers.get('clear-site-data')).toBeNull();
  });
});

describe('A user who is reloaded', () => {
  let app: App;
  let server: Server;
  const today = (users: Record<string, unknown>) => app.write({ 'users.json': JSON.stringify(users) });

  beforeAll(async () => {
    app = App.create(undefined, { ...FILES, 'src/gatehouse.ts': SETUP });
    await app.build();
    today({ ada: { role: 'admin' } });
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, RELOAD: 'yes' });
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function signIn(): Promise<Browser> {
    today({ ada: { role: 'admin' } });
    const browser = new Browser(server);
    expect((await browser.post('/enter', { user: 'ada' })).text).toBe('admin');
    expect((await browser.get('/admin')).status).toBe(200);
    return browser;
  }

  it('is demoted with the next request, and keeps the other values of the session', async () => {
    const browser = await signIn();
    today({ ada: { role: 'reader' } });
    expect((await browser.get('/admin')).status).not.toBe(200);
    expect((await browser.get('/account')).status).toBe(200);
    expect((await browser.get('/')).text).toContain('hello ada, reader dark');
    expect(JSON.parse((await browser.get('/visit')).text)).toMatchObject({
      userId: 'ada',
      role: 'reader',
      theme: 'dark',
    });
    today({ ada: {} });
    expect((await browser.get('/')).text).toContain('hello ada, nobody dark');
  });

  it('is signed out with the next request when the user no longer exists', async () => {
    const browser = await signIn();
    today({});
    const since = server.output.length;
    const answer = await browser.get('/');
    expect(answer.text).toContain('hello guest');
    expect(maxAgeOf(answer.setCookies)).toBe(0);
    expect(await server.printed('"name":"logout"', since)).toContain('"userId":"ada"');
    expect((await browser.get('/account')).location).toBe('/login?returnTo=%2Faccount');
  });

  it('receives 503 while the lookup fails, and loses nothing', async () => {
    const browser = await signIn();
    rmSync(join(app.folder, 'users.json'));
    const since = server.output.length;
    const answer = await browser.get('/account');
    expect([answer.status, answer.setCookies]).toEqual([503, []]);
    expect((await browser.get('/visit')).status).toBe(503);
    const start = await browser.get('/');
    expect([start.status, start.setCookies]).toEqual([200, []]);
    expect(start.text).toContain('hello guest');
    expect(await server.printed('access.reload failed', since)).toContain(
      'Make sure that the service it calls is running',
    );
    expect(await server.printed('"operation":"reload"', since)).toContain('"name":"store.failed"');
    today({ ada: { role: 'admin' } });
    expect((await browser.get('/admin')).status).toBe(200);
  });

  it('sees pages that browsers may store when the options allow it', async () => {
    const browser = await signIn();
    expect((await browser.get('/')).headers.get('cache-control')).toBe('private, no-cache');
  });
});
