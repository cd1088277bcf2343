import { expect } from '@jest/globals';
import type { Server } from './app.js';
import { Browser } from './browser.js';
import { siteConfig } from './made-site.js';

/** An application whose setup module chooses the store that STORE names when the server starts. */
export const CHOSEN_STORE_SITE: Record<string, string> = {
  'astro.config.mjs': siteConfig(`{
        session: { idleTimeout: 3600 },
        protect: [{ pattern: '/account' }, { pattern: '/desk', role: 'editor' }],
      }`),
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    import { createStorage } from 'unstorage';
    import fsDriver from 'unstorage/drivers/fs';

    const stores = {
      cookie: { use: 'cookie' },
      astro: { use: 'astro' },
      memory: { use: 'memory', maxSessions: 1000 },
      sqlite: { use: 'sqlite', file: process.env.SESSIONS_FILE },
      postgres: { use: 'postgres', url: process.env.SESSIONS_URL, table: 'shop_sessions' },
      redis: { use: 'redis', url: process.env.SESSIONS_URL, keyPrefix: 'shop:' },
      unstorage: { use: 'unstorage', storage: createStorage({ driver: fsDriver({ base: 'kept' }) }) },
      misspelt: { use: 'sqllite' },
    };
    export default defineGatehouse({
      store: stores[process.env.STORE],
      access: { hierarchy: { admin: ['editor'] } },
    });`,
  'src/pages/count.ts': `
    export const GET = ({ locals }) => {
      locals.session.set('count', (count = 0) => count + 1);
      return new Response('count ' + locals.session.get('count'));
    };`,
  'src/pages/enter.ts': `
    import { safeReturnTo, signIn } from 'astro-gatehouse/server';
    export const POST = async ({ redirect }) => {
      await signIn({ userId: 'ada', role: 'admin' }, { rememberMe: true });
      return redirect(safeReturnTo('/account'), 303);
    };`,
  'src/pages/leave.ts': `
    import { signOut } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await signOut({ clearSiteData: true }, context);
      return new Response('goodbye');
    };`,
  'src/pages/account.astro': `---
    import { currentUser, getSession, hasRole, isAuthenticated } from 'astro-gatehouse/server';
    const answers = [currentUser().userId, getSession(Astro).userId, hasRole('editor', Astro), isAuthenticated(Astro)];
    ---
    <p>{answers.join()}</p>`,
  'src/pages/desk.ts': "export const GET = () => new Response('the desk');",
  'src/pages/store.ts': `
    import { Clock, SessionStore } from 'astro-gatehouse/server';
    import * as stores from 'astro-gatehouse/stores';
    export const GET = ({ locals }) => {
      const store = locals.services.get(SessionStore);
      const isSame = stores.SessionStore === SessionStore && stores.Clock === Clock && store instanceof stores.SessionStore;
      return Response.json([store.constructor.name, isSame]);
    };`,
  'src/pages/wrong.ts': `
    import { hasRole } from 'astro-gatehouse/server';
    export const GET = () => {
      try {
        return new Response(String(hasRole('admin', { user: 1 })));
      } catch (error) {
        return new Response(error.code + ' ' + error.message);
      }
    };`,
  'src/pages/login.astro': '<p>sign in here</p>',
};

/**
 * Signs a visitor in at one server of the site, and out at another one with the same store.
 *
 * @param store The name of the class that both have to use. @returns The visitor's browser, at the first server.
 */
export async function expectSharedSessions(first: Server, second: Server, store: string): Promise<Browser> {
  const browser = new Browser(first);
  expect(JSON.parse((await browser.get('/store')).text)).toEqual([store, true]);
  await browser.get('/count');
  await browser.post('/enter');
  expect((await browser.at(second).get('/count')).text).toBe('count 2');
  expect((await browser.at(second).get('/account')).text).toContain('ada,ada,true,true');
  await browser.at(second).post('/leave');
  expect((await browser.at(first).get('/account')).status).toBe(302);
  return browser;
}
