import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

/** A middleware that recognizes visitors by a cookie of its own and puts them into Astro's session. */
const MIDDLEWARE = `
import { defineMiddleware } from 'astro:middleware';

export const onRequest = defineMiddleware((context, next) => {
  const name = context.cookies.get('whoami')?.value;
  const put = context.request.headers.get('x-put');
  if (context.url.pathname === '/untouched') return next();
  if (put) context.session?.set('__session__' as never, JSON.parse(put) as never);
  else if (name) context.session?.set('__session__' as never, { userId: name, role: 'keeper' } as never);
  else void context.session;
  return next();
});
`;

describe.each(['cookie', 'memory', 'astro'])(
  "A visitor whom a middleware puts into Astro's session, %s store,",
  (store) => {
    let app: App;
    let server: Server;

    beforeAll(async () => {
      app = App.create('spec/apps/journeys', {
        'src/middleware.ts': MIDDLEWARE,
        'src/pages/seen.ts': `
          import { getSession } from 'astro-gatehouse/server';
          export const GET = ({ locals }) =>
            Response.json({ who: getSession(), roles: locals.visitor.roles, own: locals.services.session.all() });`,
        'src/pages/keep.ts': `
          export const POST = ({ locals }) => new Response(String(locals.services.session.set('kept', true).get('kept')));`,
        'src/pages/recent.astro': `---\nexport const guard = { authenticatedWithin: 3600 };\n---\n<h1>recent</h1>`,
      });
      await app.build();
      server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
    });
    afterAll(async () => {
      await server.stop();
      app.remove();
    });

    it('is signed in as long as the middleware assigns the user', async () => {
      const browser = new Browser(server);
      browser.cookies.set('whoami', 'ada');
      expect((await browser.get('/vault')).status).toBe(200);
      expect((await new Browser(server).get('/vault')).status).toBe(302);
    });

    it('is a guest after a sign-out, although the middleware reads that session again', async () => {
      const browser = new Browser(server);
      browser.cookies.set('whoami', 'ada');
      await browser.get('/vault');
      await browser.get('/logout');
      browser.cookies.delete('whoami');
      expect((await browser.get('/vault')).status).toBe(302);
    });

    const putting = (known: object) => ({ headers: { 'x-put': JSON.stringify(known) } });
    const seen = async (browser: Browser, known?: object) =>
      JSON.parse((await browser.get('/seen', known ? putting(known) : {})).text);

    it('replaces another user completely, with roles, values and the time of the sign-in', async () => {
      const browser = new Browser(server);
      await browser.get('/login');
      expect((await browser.get('/vault')).status).toBe(200);
      expect((await browser.get('/recent')).status).toBe(200);
      const bob = { userId: 'bob' };
      expect(await seen(browser, bob)).toMatchObject({ who: bob, roles: [] });
      expect((await seen(browser, bob)).own).not.toHaveProperty('cart');
      expect((await browser.get('/vault', putting(bob))).status).toBe(302);
      for (let time = 0; time < 2; time++) expect((await browser.get('/recent', putting(bob))).status).toBe(302);
    });

    it('has no values stored in the session of another user', async () => {
      const browser = new Browser(server);
      await browser.get('/login');
      expect((await browser.post('/keep', {}, putting({ userId: 'bob' }))).text).toBe('true');
      for (const name of [...browser.cookies.keys()]) if (/astro-session/.test(name)) browser.cookies.delete(name);
      const { own } = await seen(browser);
      // With this store, Astro's session is the session itself.
      expect(own).toEqual(store === 'astro' ? {} : { userId: 'u1', role: 'keeper', cart: 1 });
    });

    it.each([{ userId: 'bob', role: 5 }, { userId: '  ' }, { userId: 'bob', permissions: 'keeper' }])(
      'is a guest when it is %j',
      async (known) => {
        const browser = new Browser(server);
        await browser.get('/login');
        expect((await browser.get('/vault', putting(known))).status).toBe(302);
        expect(await seen(browser, known)).toMatchObject({ who: null, roles: [] });
      },
    );
  },
);
