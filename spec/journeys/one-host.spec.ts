import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signInCookie } from '../../lib/testing/http/sign-in-cookie.js';
import { type App, SECRET, type Server } from '../support/app.js';
import { countingSite } from '../support/counting-site.js';
import { PlacedBrowser } from '../support/placed-browser.js';

const SECRETS = [SECRET, 'n3Wp8Zt5Kd1Xc7Vb0Qm4Lr9Hf2Js6GyTe'];

/** Applications on one host and several ports, which share the cookies of that host. */
class Neighbours {
  readonly servers: Server[] = [];

  constructor(private readonly apps: readonly App[]) {}

  async start(mode: string, isStored: boolean): Promise<void> {
    for (const [at, app] of this.apps.entries()) {
      const store = isStored ? { STORE: join(app.folder, 'sessions.db') } : {};
      const environment = { GATEHOUSE_SECRET: SECRETS[at] ?? '', ...store };
      this.servers.push(
        mode === 'built' ? await (await app.build()).serve(environment) : await app.serveWith('dev', store),
      );
    }
  }

  get pair(): [Server, Server] {
    const [one, two] = this.servers;
    if (!one || !two) throw new Error('They did not start.');
    return [one, two];
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop();
    for (const app of this.apps) app.remove();
  }
}

const who = async (browser: PlacedBrowser, server: Server, base = '') =>
  (await browser.get(server, `${base}/app/who`)).text;

describe.each([
  ['two projects, built', 'built', false, () => [countingSite('one'), countingSite('two')]],
  ['two projects with stores of their own, built', 'built', true, () => [countingSite('one'), countingSite('two')]],
  ['two projects in development', 'dev', false, () => [countingSite('one'), countingSite('one')]],
])('Applications on one host: %s', (_, mode, isStored, apps) => {
  let neighbours: Neighbours;

  beforeAll(async () => {
    neighbours = new Neighbours(apps());
    await neighbours.start(mode, isStored);
  });
  afterAll(() => neighbours?.stop());

  it('keep their sessions separate', async () => {
    const [one, two] = neighbours.pair;
    const browser = new PlacedBrowser('localhost');
    await browser.get(one, '/app/enter?user=ada');
    expect(await who(browser, two)).toBe('nobody 0');
    await browser.get(two, '/app/count');
    expect([await who(browser, one), await who(browser, two)]).toEqual(['ada 0', 'nobody 1']);
    await browser.get(two, '/app/enter?user=bob');
    await browser.get(one, '/app/count');
    expect([await who(browser, one), await who(browser, two)]).toEqual(['ada 1', 'bob 1']);
    await browser.get(two, '/app/leave');
    expect([await who(browser, one), await who(browser, two)]).toEqual(['ada 1', 'nobody 0']);
    expect(browser.placesOfSessions).toHaveLength(1);
  });

  // In development each application has a generated secret of its own.
  if (mode === 'dev') return;

  it('take over their own sessions from the former common cookie name, and no others', async () => {
    const [one, two] = neighbours.pair;
    const browser = new PlacedBrowser('localhost');
    await browser.get(one, '/app/enter?user=ada');
    const [{ name, value } = { name: '', value: '' }] = browser.cookies;
    const former = name.replace(/-[0-9a-f]{6}$/, '');
    expect(former).toBe('__Host-gatehouse');
    // An id stays the same, but a seal is bound to the former cookie name.
    const sealed = await signInCookie({ secret: SECRET }, { userId: 'ada' });
    browser.cookies.length = 0;
    browser.plant(`${isStored ? `${former}=${value}` : sealed}; Path=/; Secure`);

    for (const path of ['/app/who', '/app/count', '/app/leave']) await browser.get(two, path);
    expect(browser.placesOfSessions).toEqual([`${former} /`]);
    expect(await browser.get(one, '/app/who')).toMatchObject({ text: 'ada 0', setCookies: [] });
    await browser.get(one, '/app/count');
    expect(browser.placesOfSessions).toEqual([`${name} /`]);
    expect(await who(browser, one)).toBe('ada 1');
    await browser.get(one, '/app/leave');
    expect([await who(browser, one), browser.placesOfSessions]).toEqual(['nobody 0', []]);
  });

  it('end a session under the former name at a sign-out', async () => {
    const [one] = neighbours.pair;
    const browser = new PlacedBrowser('localhost');
    await browser.get(one, '/app/enter?user=ada');
    const value = browser.cookies[0]?.value;
    const sealed = await signInCookie({ secret: SECRET }, { userId: 'ada' });
    browser.cookies.length = 0;
    browser.plant(`${isStored ? `__Host-gatehouse=${value}` : sealed}; Path=/; Secure`);
    expect(await who(browser, one)).toBe('ada 0');
    await browser.get(one, '/app/leave');
    expect([await who(browser, one), browser.placesOfSessions]).toEqual(['nobody 0', []]);
  });
});

describe('Applications on one host under two paths', () => {
  let neighbours: Neighbours;

  beforeAll(async () => {
    const apps = [countingSite(undefined, `base: '/shop',`), countingSite(undefined, `base: '/admin',`)];
    neighbours = new Neighbours(apps);
    await neighbours.start('built', false);
  });
  afterAll(() => neighbours?.stop());

  it('keep their sessions separate by the path alone', async () => {
    const [shop, admin] = neighbours.pair;
    const browser = new PlacedBrowser();
    await browser.get(shop, '/shop/app/enter?user=ada');
    await browser.get(admin, '/admin/app/enter?user=bob');
    expect([await who(browser, shop, '/shop'), await who(browser, admin, '/admin')]).toEqual(['ada 0', 'bob 0']);
    await browser.get(shop, '/shop/app/leave');
    expect([await who(browser, shop, '/shop'), await who(browser, admin, '/admin')]).toEqual(['nobody 0', 'bob 0']);
  });
});

describe('A configured cookie name', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await countingSite('one').build();
    server = await app.serve({
      GATEHOUSE_SECRET: SECRET,
      SESSION: JSON.stringify({ cookie: { name: 'sid', path: '/app', secure: false } }),
    });
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  it('is used as it is, next to a cookie of that name from another application', async () => {
    const browser = new PlacedBrowser();
    browser.plant('sid=its-own; Path=/');
    for (const path of ['/app/who', '/app/count', '/app/enter', '/app/count', '/app/leave', '/app/who']) {
      await browser.get(server, path);
      expect(browser.placesOfSessions).toContain('sid /');
    }
    expect(browser.placesOfSessions).toEqual(['sid /']);
  });
});
