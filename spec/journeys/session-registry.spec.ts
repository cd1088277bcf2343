import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

/** One build; the environment of the server names the store, and the limit of sessions per user. */
const FILES = {
  'src/gatehouse.ts': `
    import { defineGatehouse, RevocationList } from 'astro-gatehouse/server';
    import { SqliteRevocationList } from 'astro-gatehouse/stores/sqlite';
    const { STORE, MOST } = process.env;
    // A limit of sessions excludes a revocation list.
    const services = (services) => services.override(RevocationList, () => new SqliteRevocationList());
    export default defineGatehouse({
      store: STORE ? { use: STORE } : undefined,
      ...(MOST ? { session: { maxSessionsPerUser: Number(MOST) } } : { services }),
    });`,
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      const userId = context.url.searchParams.get('user');
      await setSession(context, { userId }, { label: context.url.searchParams.get('label') ?? undefined });
      return new Response('welcome');
    };`,
  'src/pages/leave.ts': `
    import { clearSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await clearSession(context);
      return new Response('goodbye');
    };`,
  'src/pages/account/index.ts': 'export const GET = ({ locals }) => new Response(locals.session.get("userId"));',
  'src/pages/account/devices.ts': `
    import { SessionRegistry } from 'astro-gatehouse/server';
    const registryOf = ({ locals }) => locals.services.get(SessionRegistry);
    export const GET = async (context) => {
      const { session, visitor } = context.locals;
      return Response.json(await registryOf(context).list(visitor.id, session));
    };
    export const DELETE = async (context) => {
      const { session, visitor } = context.locals;
      const id = context.url.searchParams.get('id');
      const registry = registryOf(context);
      if (id === 'all') return Response.json(await registry.revokeAll(visitor.id) ?? null);
      return Response.json(id ? await registry.revoke(id, visitor.id) : await registry.revokeOthers(session));
    };`,
};

const site = () => madeSite(`{ protect: [{ pattern: '/account/**' }] }`, FILES);

async function signIn(server: Server, user: string, label?: string, userAgent = 'Spec/1'): Promise<Browser> {
  const browser = new Browser(server);
  const query = new URLSearchParams({ user, ...(label !== undefined && { label }) });
  await browser.post(`/enter?${query}`, {}, { headers: { 'user-agent': userAgent } });
  return browser;
}

const statusOf = async (browser: Browser) => (await browser.get('/account')).status;
const devicesOf = async (browser: Browser) => JSON.parse((await browser.get('/account/devices')).text);

describe('The sessions of a user, in two processes that share a store', () => {
  let app: App;
  let one: Server;
  let other: Server;

  beforeAll(async () => {
    app = await site().build();
    const serve = () => app.serve({ GATEHOUSE_SECRET: SECRET, STORE: 'sqlite', MOST: '4' });
    [one, other] = await Promise.all([serve(), serve()]);
  });
  afterAll(async () => {
    await Promise.all([one.stop(), other.stop()]);
    app.remove();
  });

  it('are listed with their times and devices, and with the current one marked', async () => {
    const laptop = await signIn(one, 'ada', 'Laptop', 'Firefox');
    await signIn(other, 'ada', undefined, 'x'.repeat(5000));
    await signIn(other, 'eve', 'Laptop');
    const devices = await devicesOf(laptop.at(other));
    expect(devices).toHaveLength(2);
    expect(devices).toContainEqual({
      id: expect.stringMatching(/^[\w-]{43}$/),
      userId: 'ada',
      label: 'Laptop',
      userAgent: 'Firefox',
      isCurrent: true,
      createdAt: expect.stringMatching(/^20/),
      lastSeenAt: expect.stringMatching(/^20/),
      expiresAt: expect.stringMatching(/^20/),
    });
    expect(devices).toContainEqual(expect.objectContaining({ isCurrent: false, userAgent: 'x'.repeat(256) }));
    for (const { id } of devices) expect(laptop.cookieHeader).not.toContain(id);
  });

  it('can be ended one by one, with effect on the next request in every process', async () => {
    const [laptop, phone, eve] = [
      await signIn(one, 'bob', 'a'),
      await signIn(one, 'bob', 'b'),
      await signIn(one, 'eve2'),
    ];
    const { id } = (await devicesOf(laptop)).find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent);
    expect((await eve.visit(`/account/devices?id=${id}`, { method: 'DELETE' })).text).toBe('false');
    expect(await statusOf(phone.at(other))).toBe(200);
    expect((await laptop.at(other).visit(`/account/devices?id=${id}`, { method: 'DELETE' })).text).toBe('true');
    expect(await Promise.all([phone, phone.copy().at(other), laptop, eve].map(statusOf))).toEqual([401, 401, 200, 200]);
  });

  it('can all be ended except the current one', async () => {
    const [laptop, phone, tablet] = [await signIn(one, 'cyd'), await signIn(one, 'cyd'), await signIn(other, 'cyd')];
    expect((await laptop.at(other).visit('/account/devices', { method: 'DELETE' })).text).toBe('2');
    expect(await Promise.all([laptop, phone, tablet].map(statusOf))).toEqual([200, 401, 401]);
  });

  it('can all be ended together', async () => {
    const [laptop, phone] = [await signIn(one, 'dan'), await signIn(other, 'dan')];
    await laptop.visit('/account/devices?id=all', { method: 'DELETE' });
    expect(await Promise.all([laptop.at(other), phone].map(statusOf))).toEqual([401, 401]);
  });

  it('never exceed the configured number, even with concurrent sign-ins', async () => {
    const first = await signIn(one, 'fay');
    const browsers = await Promise.all(Array.from({ length: 12 }, (_, at) => signIn(at % 2 ? one : other, 'fay')));
    const statuses = await Promise.all(browsers.map(statusOf));
    expect(await statusOf(first)).toBe(401);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
  });
});

describe('The sessions of a user in a cookie', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await site().build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('can all be ended with a revocation list, until the user signs in again', async () => {
    const [laptop, phone, eve] = [
      await signIn(server, 'ada'),
      await signIn(server, 'ada'),
      await signIn(server, 'eve'),
    ];
    const copied = phone.copy();
    expect((await laptop.visit('/account/devices?id=all', { method: 'DELETE' })).status).toBe(200);
    const again = await signIn(server, 'ada');
    expect(await Promise.all([laptop, phone, copied, eve, again].map(statusOf))).toEqual([401, 401, 401, 200, 200]);
  });

  it('end at a sign-out for every copy of the cookie, without ending other sessions', async () => {
    const [laptop, phone] = [await signIn(server, 'ivy'), await signIn(server, 'ivy')];
    const copied = laptop.copy();
    expect(await statusOf(copied)).toBe(200);
    await laptop.post('/leave');
    expect(await Promise.all([copied, phone, await signIn(server, 'ivy')].map(statusOf))).toEqual([401, 200, 200]);
  });

  it('cannot be listed, and the log names the stores that can', async () => {
    const laptop = await signIn(server, 'ada');
    expect((await laptop.get('/account/devices')).status).toBe(500);
    expect(await server.printed('SessionsNotListedError')).toContain('CookieSessionStore cannot list the sessions');
  });

  it('cannot be limited in number, which prevents the start', async () => {
    const { code, output } = await app.serveAndFail({ GATEHOUSE_SECRET: SECRET, MOST: '3' });
    expect(code).not.toBe(0);
    expect(output).toContain('session.maxSessionsPerUser needs a store that can list the sessions of a user');
  });
});
