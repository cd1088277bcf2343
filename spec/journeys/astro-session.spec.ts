import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

/** As in a project whose own middleware knows the visitor from a cookie of its own. */
const MIDDLEWARE = `
import { defineMiddleware } from 'astro:middleware';

export const onRequest = defineMiddleware((context, next) => {
  const name = context.cookies.get('whoami')?.value;
  if (context.url.pathname === '/untouched') return next();
  if (name) context.session?.set('__session__' as never, { userId: name, role: 'keeper' } as never);
  else void context.session;
  return next();
});
`;

describe.each(['cookie', 'memory', 'astro'])(
  "A visitor whom a middleware put into Astro's session, %s store",
  (store) => {
    let app: App;
    let server: Server;

    beforeAll(async () => {
      app = App.create('spec/apps/journeys', { 'src/middleware.ts': MIDDLEWARE });
      await app.build();
      server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
    });
    afterAll(async () => {
      await server.stop();
      app.remove();
    });

    it('is signed in for as long as the middleware says so', async () => {
      const browser = new Browser(server);
      browser.cookies.set('whoami', 'ada');
      expect((await browser.get('/vault')).status).toBe(200);
      expect((await new Browser(server).get('/vault')).status).toBe(302);
    });

    it('is gone after a sign-out, although the middleware looks at that session again', async () => {
      const browser = new Browser(server);
      browser.cookies.set('whoami', 'ada');
      await browser.get('/vault');
      await browser.get('/logout');
      browser.cookies.delete('whoami');
      expect((await browser.get('/vault')).status).toBe(302);
    });
  },
);
