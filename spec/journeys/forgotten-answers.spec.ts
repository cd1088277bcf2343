import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

const SERVER = `from 'astro-gatehouse/server';`;
const FILES = {
  'src/middleware.js': `
    export const onRequest = (context, next) => {
      const how = context.url.searchParams.get('how');
      if (how === 'forgets') return void next();
      if (how === 'forgets later') return next().then(() => undefined);
      if (how === 'asks nobody') return undefined;
      return next();
    };`,
  'src/gatehouse.ts': `
    import { AsyncLocalStorage } from 'node:async_hooks';
    import { defineGatehouse, SessionManager } ${SERVER}
    const own = new AsyncLocalStorage<any>();
    const context = {
      runWithContext: (scope: any, run: any) => void own.run(scope, run),
      getContextStore: () => own.getStore(),
    } as any;
    class OwnManager extends SessionManager {
      override open(...given: Parameters<SessionManager['open']>): any {
        const [how] = (globalThis as any).away?.splice(0, 1) ?? [];
        if (how === 'throws') throw new Error('The sessions are away');
        if (how === 'rejects') return Promise.reject(new Error('The sessions are away'));
        return how === 'gives nothing' ? undefined : super.open(...given);
      }
    }
    export default defineGatehouse({
      ...(process.env.CONTEXT && context),
      services: (services) => (process.env.MANAGER ? services.override(SessionManager, OwnManager) : services),
    });`,
  'src/pages/enter.js': `
    import { setSession } ${SERVER}
    export const GET = async (context) => (await setSession(context, { userId: 'ada' }), new Response('welcome'));`,
  'src/pages/away.js': `
    export const GET = ({ url }) => {
      globalThis.away = url.searchParams.getAll('how');
      return new Response('from now on');
    };`,
  'src/pages/members.astro': `---\nAstro.locals.session.set('visits', (visits = 0) => visits + 1);\n---\n<p>members</p>`,
  'src/pages/throws.astro': `---\nAstro.locals.session.set('thrown', 1);\nthrow new Error('thrown by the page');\n---`,
  'src/pages/show.js': 'export const GET = ({ locals }) => Response.json(locals.session.all());',
  'src/pages/500.astro': `---\nAstro.locals.session.set('failed', 1);\n---\n<p>sorry, {Astro.locals.visitor.id}</p>`,
};

let app: App;
let server: Server;

beforeAll(async () => {
  app = await madeSite("{ protect: [{ pattern: '/members' }, { pattern: '/throws' }] }", FILES).build();
});
afterAll(() => app.remove());

async function signedIn(): Promise<Browser> {
  const browser = new Browser(server);
  await browser.get('/enter');
  return browser;
}
const heldBy = async (browser: Browser) => JSON.parse((await browser.get('/show')).text);

describe('A response that a middleware does not return, so that Astro uses that of the page,', () => {
  beforeAll(async () => {
    server = await app.serve();
  });
  afterAll(() => server.stop());

  it.each(['forgets', 'forgets later'])(
    'is private, and the session changes of the page are stored: it %s',
    async (how) => {
      const browser = await signedIn();
      const { status, text, headers } = await browser.get(`/members?how=${how}`);
      expect([status, text, headers.get('cache-control')]).toEqual([
        200,
        expect.stringContaining('members'),
        'private, no-store',
      ]);
      expect(await heldBy(browser)).toEqual({ userId: 'ada', visits: 1 });
    },
  );

  it.each(['forgets', 'forgets later'])('is the denial of the guard when that denies access: it %s', async (how) => {
    const guest = await new Browser(server).get(`/members?how=${how}`);
    expect([guest.status, guest.headers.get('cache-control')]).toEqual([302, 'private, no-store']);
  });

  it('is an error when the page fails, and no session change is stored', async () => {
    const browser = await signedIn();
    expect((await browser.get('/throws?how=forgets later')).text).toContain('sorry, ada');
    expect(await heldBy(browser)).toEqual({ userId: 'ada', failed: 1 });
  });

  it('is an error when next() was never called', async () => {
    expect((await (await signedIn()).get('/members?how=asks nobody')).status).toBe(500);
  });
});

describe('A response that a custom context does not return', () => {
  it('is private, and the session changes of the page are stored', async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, CONTEXT: 'own' });
    const browser = await signedIn();
    const { status, headers } = await browser.get('/members');
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(await heldBy(browser)).toEqual({ userId: 'ada', visits: 1 });
    await server.stop();
  });
});

describe('A session that a custom manager does not open', () => {
  beforeAll(async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, MANAGER: 'own' });
  });
  afterAll(() => server.stop());

  it.each(['throws', 'rejects', 'gives nothing'])('is not treated as that of a guest: it %s', async (how) => {
    const browser = await signedIn();
    await browser.get(`/away?how=${how}`);
    const opened = await browser.get('/show');
    expect([opened.status, opened.text]).toEqual([500, expect.stringContaining('sorry, ada')]);
    expect(await heldBy(browser)).toEqual({ userId: 'ada', failed: 1 });
    await browser.get(`/away?how=${how}&how=${how}`);
    const failed = await browser.get('/show');
    expect([failed.status, failed.text, failed.setCookies]).toEqual([500, '', []]);
    expect(await heldBy(browser)).toEqual({ userId: 'ada', failed: 1 });
  });
});
