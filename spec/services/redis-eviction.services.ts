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
      await setSession(context, { userId: 'ada' });
      return new Response('in');
    };`,
  'src/pages/account.ts': `export const GET = ({ locals }) => new Response(locals.visitor.id);`,
  'src/pages/devices.ts': `
    import { SessionRegistry } from 'astro-gatehouse/server';
    export const GET = async ({ locals, url }) => {
      const registry = locals.services.get(SessionRegistry);
      try {
        if (url.searchParams.has('list')) return new Response('listed ' + (await registry.list('ada', locals.session)).length);
        if (url.searchParams.has('all')) return new Response('all: ' + (await registry.revokeAll('ada')));
        return new Response('done ' + (await registry.revokeOthers(locals.session)));
      } catch (error) {
        return new Response((error.code ?? '') + ' ' + error.message, { status: 500 });
      }
    };`,
};
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
  async function command({ url }: RedisServer, ...words: string[]): Promise<void> {
    const client = await createClient({ url }).connect();
    await client.sendCommand(words);
    client.destroy();
  }
  async function signedIn(server: Server): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get('/enter');
    return browser;
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
    expect(server.output.match(/reports neither by INFO nor by CONFIG GET/g)).toHaveLength(1);
  });

  it('are asked about again when the server has not told for a while', async () => {
    const machine = await redis();
    const server = await serve(machine);
    const browser = await signedIn(server);
    await command(machine, 'ACL', 'SETUSER', 'default', '-info', '-config');
    expect((await browser.get('/devices?list')).text).toBe('listed 1');
    await command(machine, 'ACL', 'SETUSER', 'default', '+info', '+config');
    await command(machine, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const { status, text } = await browser.get('/devices?list');
    expect([status, text]).toEqual([500, expect.stringContaining('has the maxmemory-policy allkeys-lru')]);
  });

  it('are kept while Redis is away at the start', async () => {
    const machine = await redis();
    await machine.kill();
    const server = await serve(machine);
    expect((await new Browser(server).get('/')).status).toBe(200);
    await machine.resume();
    expect((await (await signedIn(server)).get('/account')).text).toBe('ada');
  });

  it('are not counted once the list has lost one that is there, nor once the setting has been changed', async () => {
    const machine = await redis();
    const server = await serve(machine);
    const browser = await signedIn(server);
    const other = await signedIn(server);
    expect((await browser.get('/devices?list')).text).toBe('listed 2');
    await command(
      machine,
      'EVAL',
      `for _, key in ipairs(redis.call('KEYS', '*user:*')) do redis.call('DEL', key) end`,
      '0',
    );
    for (const query of ['?list', '']) {
      const { status, text } = await browser.get(`/devices${query}`);
      expect(status).toBe(500);
      expect(text).toMatch(/^SESSION_LIST_INCOMPLETE .*No session was ended/);
    }
    expect((await other.get('/account')).text).toBe('ada');
    const third = await signedIn(server);
    expect((await third.get('/devices?list')).text).toBe('listed 1');
    await command(machine, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    for (const query of ['?list', '?all', '']) {
      const { status, text } = await third.get(`/devices${query}`);
      expect(status).toBe(500);
      expect(text).toContain('has the maxmemory-policy allkeys-lru');
    }
  });
});
