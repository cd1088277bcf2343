import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';
import { RedisServer } from '../support/redis-server.js';

const FILES = {
  'src/pages/enter.ts': `
    import { setSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await setSession(context, { userId: context.url.searchParams.get('as') ?? 'ada' });
      return new Response('in');
    };`,
  'src/pages/leave.ts': `
    import { clearSession } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      await clearSession(context);
      return new Response('out');
    };`,
  'src/pages/account.ts': `export const GET = ({ locals }) => new Response(locals.visitor.id);`,
  'src/pages/devices.ts': `
    import { SessionRegistry } from 'astro-gatehouse/server';
    export const GET = async ({ locals, url }) => {
      const registry = locals.services.get(SessionRegistry);
      const of = url.searchParams.get('of') ?? 'ada';
      try {
        if (url.searchParams.has('list')) return new Response('listed ' + (await registry.list('ada', locals.session)).length);
        if (url.searchParams.has('all')) return new Response('all: ' + (await registry.revokeAll(of)));
        return new Response('done ' + (await registry.revokeOthers(locals.session)));
      } catch (error) {
        return new Response((error.code ?? '') + ' ' + error.message, { status: 500 });
      }
    };`,
};
async function command({ url }: RedisServer, ...words: string[]): Promise<void> {
  const client = await createClient({ url }).connect();
  await client.sendCommand(words);
  client.destroy();
}

/** Deletes keys, as Redis does when it drops them. */
async function deleteKeys({ url }: RedisServer, pattern: string): Promise<void> {
  const client = await createClient({ url }).connect();
  const keys = await client.keys(pattern);
  expect(keys.length).toBeGreaterThan(0);
  await client.del(keys);
  client.destroy();
}

async function signedIn(server: Server, user = 'ada'): Promise<Browser> {
  const browser = new Browser(server);
  await browser.get(`/enter?as=${user}`);
  return browser;
}

const FORBID = (command: string) => ['--rename-command', command, ''];

describe('Sessions in a Redis that may drop them', () => {
  let app: App;
  const servers: { stop(): Promise<void> }[] = [];
  const machines: RedisServer[] = [];

  beforeAll(async () => {
    app = madeSite(`{ session: { store: 'redis' }, protect: [{ pattern: '/account' }] }`, FILES);
    await app.build();
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(machines.map((machine) => machine.remove()));
    app.remove();
  });

  async function redis(...settings: string[]): Promise<RedisServer> {
    const machine = await RedisServer.start(...settings);
    machines.push(machine);
    return machine;
  }
  async function serve({ url }: RedisServer): Promise<Server> {
    const server = await app.serve({ GATEHOUSE_SECRET: SECRET, REDIS_URL: url });
    servers.push(server);
    return server;
  }

  it.each<[string, ...string[]]>([
    ['allkeys-lru'],
    ['volatile-ttl'],
    ['allkeys-random', ...FORBID('CONFIG')],
    ['volatile-lru', ...FORBID('INFO')],
  ])('stop the start of a built server: %s %s %s', async (policy, ...settings) => {
    const { url, port } = await redis('--maxmemory-policy', policy, ...settings);
    const { code, output } = await app.serveAndFail({ GATEHOUSE_SECRET: SECRET, REDIS_URL: url });
    expect(code).toBe(1);
    expect(output).toContain(`Redis at 127.0.0.1:${port} has the maxmemory-policy ${policy}`);
    expect(output).toContain('EVICTING_STORE');
  });

  it('are told of by the doctor', async () => {
    const { url } = await redis('--maxmemory-policy', 'allkeys-lfu');
    app.write({ '.env': `GATEHOUSE_SECRET=${SECRET}\nREDIS_URL=${url}\n` });
    const { code, output } = await app.gatehouse('doctor');
    app.write({ '.env': '' });
    expect(output).toMatch(/DANGER\s+Redis has the maxmemory-policy allkeys-lfu/);
    expect(code).toBe(1);
  });

  it('let nobody in in astro dev, and the log says why', async () => {
    const { url } = await redis('--maxmemory-policy', 'allkeys-lru');
    const server = await app.serveWith('dev', { REDIS_URL: url });
    servers.push(server);
    const browser = new Browser(server);
    expect((await browser.get('/enter')).status).toBe(503);
    expect(await server.printed('maxmemory-policy allkeys-lru')).toContain('maxmemory-policy allkeys-lru');
  });

  it('are kept where the server says neither, which is said once', async () => {
    const server = await serve(await redis(...FORBID('CONFIG'), ...FORBID('INFO')));
    const browser = await signedIn(server);
    expect((await browser.get('/account')).text).toBe('ada');
    expect((await browser.get('/devices?list')).text).toBe('listed 1');
    const unknown = /reports neither by INFO nor by CONFIG GET/g;
    expect((await server.printed(unknown)).match(unknown)).toHaveLength(1);
  });

  it('are asked about again when the server has not told for a while', async () => {
    const machine = await redis();
    const server = await serve(machine);
    const browser = await signedIn(server);
    await command(machine, 'ACL', 'SETUSER', 'default', '-info', '-config');
    expect((await browser.get('/devices?list')).text).toBe('listed 1');
    await command(machine, 'ACL', 'SETUSER', 'default', '+info', '+config');
    await command(machine, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect((await browser.get('/devices?list')).text).toBe('listed 1');
    expect(await server.printed('has the maxmemory-policy allkeys-lru')).toContain(
      'has the maxmemory-policy allkeys-lru',
    );
  });

  it('are kept while Redis is away at the start', async () => {
    const machine = await redis();
    await machine.kill();
    const server = await serve(machine);
    expect((await new Browser(server).get('/')).status).toBe(200);
    await machine.resume();
    const browser = new Browser(server);
    await server.until(async () => (await browser.get('/enter')).status === 200);
    expect((await browser.get('/account')).text).toBe('ada');
  });

  it('are all found when the list of the user is gone, and ended', async () => {
    const machine = await redis();
    const server = await serve(machine);
    const [browser, other, third] = [await signedIn(server), await signedIn(server), await signedIn(server)];
    expect((await browser.get('/devices?list')).text).toBe('listed 3');
    await deleteKeys(machine, '*user:*');
    expect((await browser.get('/devices?list')).text).toBe('listed 3');
    expect((await browser.get('/devices')).text).toBe('done 2');
    for (const ended of [other, third]) expect((await ended.get('/account')).status).toBe(401);
    expect((await browser.get('/account')).text).toBe('ada');
    expect((await browser.get('/devices?all')).text).toBe('all: undefined');
    expect((await browser.get('/account')).status).toBe(401);
  });

  it('end for good, although Redis has dropped the lists of their users, the marks of ended ones, and some of them', async () => {
    const machine = await redis();
    const server = await serve(machine);
    const users = Array.from({ length: 30 }, (_, number) => `user-${number}`);
    const visitors = await Promise.all(
      [...users, ...users].map(async (user) => ({ user, browser: await signedIn(server, user) })),
    );
    const client = await createClient({ url: machine.url }).connect();
    const { used_memory } = Object.fromEntries(
      (await client.info('memory')).split('\r\n').map((line) => line.split(':')),
    ) as { used_memory: string };
    await client.configSet({ maxmemory: String(Number(used_memory) + 300_000), 'maxmemory-policy': 'allkeys-random' });
    const lists = async () => (await client.keys('gatehouse:user:*')).length;
    for (let filled = 0; (await lists()) > 20; filled += 50)
      await Promise.all(Array.from({ length: 50 }, (_, at) => client.set(`filler-${filled + at}`, 'x'.repeat(2_000))));
    client.destroy();
    const signedInStill = await Promise.all(visitors.map(({ browser }) => browser.get('/account')));
    expect(signedInStill.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    const operator = await signedIn(server, 'operator');
    for (const user of users) expect((await operator.get(`/devices?all&of=${user}`)).text).toBe('all: undefined');
    for (const { browser } of visitors) expect((await browser.get('/account')).status).toBe(401);
    const evicts = 'has the maxmemory-policy allkeys-random';
    expect(await server.printed(evicts)).toContain(evicts);
  });
});

describe('Cookies whose revocations Redis may drop', () => {
  let app: App;
  let machine: RedisServer;
  let server: Server;

  beforeAll(async () => {
    machine = await RedisServer.start();
    const setup = `
      import { defineGatehouse, RevocationList } from 'astro-gatehouse/server';
      import { RedisRevocationList } from 'astro-gatehouse/stores/redis';
      export default defineGatehouse({
        services: (services) => services.override(RevocationList, () => new RedisRevocationList()),
      });`;
    app = madeSite(`{ protect: [{ pattern: '/account' }] }`, { ...FILES, 'src/gatehouse.ts': setup });
    await app.build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, REDIS_URL: machine.url });
  });
  afterAll(async () => {
    await server.stop();
    await machine.remove();
    app.remove();
  });

  const statusOf = async (browser: Browser) => (await browser.copy().get('/account')).status;
  const entries = '*revoked:*';

  it('stay revoked when the entry of the user is gone, also once the user signs in again', async () => {
    const [first, second] = [await signedIn(server), await signedIn(server)];
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
    await first.copy().get('/devices?all');
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 401]);
    await deleteKeys(machine, entries);
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 401]);
    const third = await signedIn(server);
    expect([await statusOf(first), await statusOf(second), await statusOf(third)]).toEqual([401, 401, 200]);
  });

  it('are refused when the entry of the user is gone, although nothing was revoked', async () => {
    const browser = await signedIn(server, 'bob');
    await deleteKeys(machine, entries);
    expect(await statusOf(browser)).toBe(401);
    await browser.get('/enter?as=bob');
    expect(await statusOf(browser)).toBe(200);
  });

  it('of which the visitor signed out stay ended when the entry of the user is gone', async () => {
    const browser = await signedIn(server, 'cleo');
    const thief = browser.copy();
    await browser.get('/leave');
    expect(await statusOf(thief)).toBe(401);
    await deleteKeys(machine, entries);
    expect(await statusOf(thief)).toBe(401);
    await browser.get('/enter?as=cleo');
    expect([await statusOf(browser), await statusOf(thief)]).toEqual([200, 401]);
  });
});
