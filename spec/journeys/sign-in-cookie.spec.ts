import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidVisitorError, MissingSecretError } from '../../lib/errors/index.js';
import { SqliteSessionStore } from '../../lib/session/stores/sqlite/sqlite-session-store.js';
import { readSession, sessionCookie, signInCookie } from '../../lib/testing/index.js';
import { type App, SECRET, type Server } from '../support/app.js';
import { madeSite } from '../support/made-site.js';

const FILES = {
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    const { SHARED } = process.env;
    const shared = { store: { use: 'sqlite', file: SHARED }, session: { cookie: { name: 'sid' } } };
    export default defineGatehouse(SHARED ? shared : {});`,
  'src/pages/admin.ts': "export const GET = ({ locals }) => new Response('hello ' + locals.visitor.id);",
  'src/pages/order.ts': `
    export const POST = ({ locals: { session }, redirect }) => {
      const ordered = session.pull('cart');
      session.set('orders', [ordered]).flash('notice', 'Ordered').flash('notice', 'Mailed');
      return redirect('/shown', 303);
    };`,
  'src/pages/shown.astro': `---
    const { flashes } = Astro.locals.session;
    ---
    <p>{flashes.getAll('notice').join(', ')}</p>`,
  'src/pages/leave.ts': `
    export const POST = ({ locals: { session } }) => {
      session.destroy();
      return new Response('bye');
    };`,
};
const ADA = { userId: 'ada', role: 'admin' };

async function visit(server: Server, cookie: string): Promise<[number, string]> {
  const response = await fetch(`${server.origin}/admin`, { headers: { cookie } });
  return [response.status, await response.text()];
}

describe('A sign-in cookie for a test', () => {
  let app: App;
  let built: Server;
  let developed: Server;

  beforeAll(async () => {
    app = await madeSite(`{ protect: [{ pattern: '/admin', role: 'admin' }] }`, FILES).build();
    built = await app.serve();
    developed = await app.serveWith('dev', { GATEHOUSE_SECRET: SECRET });
  });
  afterAll(async () => {
    await built?.stop();
    await developed?.stop();
    app?.remove();
  });

  it('signs a user in to a built site', async () => {
    const cookie = await signInCookie({ secret: SECRET }, ADA);
    expect(await visit(built, cookie)).toEqual([200, 'hello ada']);
    expect((await visit(built, await signInCookie({ secret: SECRET }, { userId: 'eve' })))[0]).toBe(403);
    expect((await visit(built, await signInCookie({ secret: `other${SECRET}` }, ADA)))[0]).toBe(401);
  });

  it('signs a user in to a site in development', async () => {
    const cookie = await signInCookie({ secret: SECRET, isBuilt: false }, ADA);
    expect(await visit(developed, cookie)).toEqual([200, 'hello ada']);
  });

  it.each([
    ['built', true],
    ['in development', false],
  ])('gives a guest values and messages, and shows what an answer left there, %s', async (_, isBuilt) => {
    const server = isBuilt ? built : developed;
    const application = { secret: SECRET, isBuilt };
    const send = async (path: string, method: string, cookie: string) => {
      const headers = { cookie, origin: server.origin, accept: 'text/html' };
      const answer = await fetch(server.origin + path, { method, headers, redirect: 'manual' });
      return { answer, session: await readSession(application, answer, cookie), text: await answer.text() };
    };
    const cookie = await sessionCookie(application, { values: { cart: ['tea'] }, flashes: { notice: 'Welcome' } });

    const { answer, session } = await send('/order', 'POST', cookie);
    expect([answer.status, session?.values, session?.flashes]).toEqual([
      303,
      { orders: [['tea']] },
      { notice: ['Welcome', 'Ordered', 'Mailed'] },
    ]);
    const shown = await send('/shown', 'GET', session?.cookie ?? '');
    expect(shown.text).toContain('>Welcome, Ordered, Mailed</p>');
    expect([shown.session?.values, shown.session?.flashes]).toEqual([{ orders: [['tea']] }, {}]);
    expect((await send('/leave', 'POST', shown.session?.cookie ?? '')).session).toBeUndefined();
  });

  it('signs a user in to a site that shares its store with the test', async () => {
    const file = `${app.folder}/shared.db`;
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, SHARED: file });
    const store = new SqliteSessionStore({ file });
    const cookie = await signInCookie({ store, session: { cookie: { name: 'sid' } } }, ADA);
    expect(cookie).toMatch(/^__Host-sid=/);
    expect(await visit(server, cookie)).toEqual([200, 'hello ada']);
    store.close();
    await server.stop();
  });

  it('is not created for an invalid visitor or without a secret', async () => {
    await expect(signInCookie({ secret: SECRET }, { userId: '' })).rejects.toThrow(InvalidVisitorError);
    await expect(signInCookie({}, ADA)).rejects.toThrow(MissingSecretError);
  });
});
