import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { visitedSite } from '../support/visited-site.js';

/** Seconds within which a command has to be answered: where servers fall silent, and where they do not. */
const SHORT = 0.4;
const LONG = 4;
const RECOVERY = 10_000;

/** One address, which leads to the first of two machines, of which the second has all that the first has. */
class Pair {
  private constructor(
    readonly first: RedisServer,
    readonly second: RedisServer,
    readonly address: TcpProxy,
  ) {}

  static async start(): Promise<Pair> {
    const atOnce = ['--repl-diskless-sync-delay', '0'];
    const [first, second] = await Promise.all([RedisServer.start(...atOnce), RedisServer.start(...atOnce)]);
    const pair = new Pair(first, second, await TcpProxy.to(first));
    await pair.follow(second, first);
    return pair;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.address.port}`;
  }

  /** Makes one a replica of the other, and waits until it has everything. */
  async follow(replica: RedisServer, primary: RedisServer): Promise<void> {
    await command(replica, 'REPLICAOF', '127.0.0.1', String(primary.port));
    const isThere = async () => String(await command(replica, 'INFO', 'replication')).includes('master_link_status:up');
    while (!(await isThere())) await new Promise((wake) => setTimeout(wake, 50));
  }

  /** Waits until the replica has every write: replication is asynchronous, and a fail-over loses what was not copied. */
  async catchUp(): Promise<void> {
    while ((await written(this.first)) !== (await written(this.second)))
      await new Promise((wake) => setTimeout(wake, 20));
  }

  /** What a provider does: the replica is the primary from now on, and the other way round. */
  async swap(): Promise<void> {
    await command(this.second, 'REPLICAOF', 'NO', 'ONE');
    await this.follow(this.first, this.second);
  }

  async remove(): Promise<void> {
    await this.address.stop();
    await Promise.all([this.first.remove(), this.second.remove()]);
  }
}

async function command({ url }: RedisServer, ...words: string[]): Promise<unknown> {
  const client = await createClient({ url }).connect();
  try {
    return await client.sendCommand(words);
  } finally {
    client.destroy();
  }
}

/** The length of everything a machine has written or copied, in bytes. */
async function written(machine: RedisServer): Promise<number> {
  return Number(/master_repl_offset:(\d+)/.exec(String(await command(machine, 'INFO', 'replication')))?.[1]);
}

/** Connections to a machine that a server of the site holds. */
async function connectionsTo(machine: RedisServer): Promise<number> {
  const list = String(await command(machine, 'CLIENT', 'LIST', 'TYPE', 'normal'));
  return list.split('\n').filter((line) => line.includes('id=') && !line.includes('cmd=client')).length;
}

let app: App;
let pair: Pair;
let server: Server;

beforeAll(async () => {
  app = App.create(undefined, {
    ...visitedSite('{}'),
    'src/gatehouse.ts': `
      import { defineGatehouse } from 'astro-gatehouse/server';
      export default defineGatehouse({ store: { use: 'redis', timeout: Number(process.env.REDIS_TIMEOUT) } });`,
  });
  await app.build();
});
afterAll(() => app.remove());
beforeEach(async () => {
  pair = await Pair.start();
});
afterEach(async () => {
  await server.stop();
  await pair.remove();
});

/** @param timeout Of the site's commands, in seconds. */
async function signedIn(timeout: number): Promise<Browser> {
  server = await app.serve({ GATEHOUSE_SECRET: SECRET, REDIS_URL: pair.url, REDIS_TIMEOUT: String(timeout) });
  const browser = new Browser(server);
  // With a short timeout, a busy machine may be late with the first connection.
  await server.until(async () => (await browser.post('/enter?as=ada')).status === 200);
  await pair.catchUp();
  return browser;
}

/** How often it is asked until a change is kept. */
async function attempts(browser: Browser): Promise<number> {
  const deadline = Date.now() + RECOVERY;
  for (let attempt = 1; Date.now() < deadline; attempt++) {
    if ((await browser.post('/count?key=visits')).status === 200) return attempt;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`No change is kept: ${server.output.slice(-500)}`);
}

describe('A site whose Redis fails over while it is served', () => {
  it('loses no change once the address leads to the new primary, in a hundred requests at once', async () => {
    const browser = await signedIn(LONG);
    // A connection that is younger than this is not given up, lest a replica be asked for ever newer ones.
    await new Promise((wake) => setTimeout(wake, 300));
    await pair.swap();
    pair.address.target = pair.second;
    const posts = Array.from({ length: 50 }, () => browser.post('/count?key=visits'));
    const gets = Array.from({ length: 50 }, () => browser.get('/account'));
    for (const { status } of await Promise.all([...posts, ...gets])) expect(status).toBe(200);
    expect(JSON.parse((await browser.get('/account')).text)).toMatchObject({ userId: 'ada', visits: 50 });
    expect(await connectionsTo(pair.first)).toBe(0);
    expect(await connectionsTo(pair.second)).toBe(1);
  });

  it('answers 503 while the address leads to a replica, and is well as soon as it does not', async () => {
    const browser = await signedIn(LONG);
    await pair.swap();
    for (let asked = 0; asked < 20; asked++) expect((await browser.post('/count?key=visits')).status).toBe(503);
    expect((await browser.get('/account')).status).toBe(200);
    expect(await connectionsTo(pair.first)).toBe(1);
    pair.address.target = pair.second;
    await attempts(browser);
    expect(JSON.parse((await browser.get('/account')).text)).toMatchObject({ visits: 1 });
  });

  it('is well again when the primary falls silent without closing a connection', async () => {
    const browser = await signedIn(SHORT);
    pair.first.pause();
    await command(pair.second, 'REPLICAOF', 'NO', 'ONE');
    pair.address.target = pair.second;
    expect((await browser.get('/account')).status).toBe(503);
    expect(await attempts(browser)).toBeLessThanOrEqual(3);
    expect((await browser.get('/account')).status).toBe(200);
  });

  it('is well again when new connections are taken for a while and nothing is said on them', async () => {
    const browser = await signedIn(SHORT);
    pair.address.target = undefined;
    await pair.first.kill();
    await command(pair.second, 'REPLICAOF', 'NO', 'ONE');
    for (let asked = 0; asked < 3; asked++) expect((await browser.post('/count?key=visits')).status).toBe(503);
    pair.address.target = pair.second;
    await attempts(browser);
    expect((await browser.get('/account')).status).toBe(200);
  });
});
