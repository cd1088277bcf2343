import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { countingSite } from '../support/counting-site.js';
import { PlacedBrowser } from '../support/placed-browser.js';

type Cookie = Record<string, unknown>;

let app: App;
/** The servers by cookie options and store, because the next version of one case is the former one of another. */
const versions = new Map<string, Server>();

beforeAll(async () => {
  app = await countingSite('one').build();
});
afterAll(async () => {
  for (const server of versions.values()) await server.stop();
  app.remove();
});

async function versionWith(cookie: Cookie, store = 'cookie'): Promise<Server> {
  const SESSION = JSON.stringify({ cookie });
  const key = `${store} ${SESSION}`;
  const kept = store === 'sqlite' ? { STORE: join(app.folder, 'sessions.db') } : {};
  const server = versions.get(key) ?? (await app.serve({ GATEHOUSE_SECRET: SECRET, SESSION, ...kept }));
  versions.set(key, server);
  return server;
}

/** The cookie options of one version and of the next. */
const CHANGES: [string, Cookie, Cookie][] = [
  ['a path that is given up', { path: '/app' }, {}],
  ['a new path', {}, { path: '/app' }],
  ['a path with another end', { path: '/app/' }, { path: '/app' }],
  ['a new domain', {}, { domain: 'site.test' }],
  ['a domain that is given up', { domain: 'site.test' }, {}],
  ['a domain further up', { domain: 'app.site.test' }, { domain: 'site.test' }],
  ['both', { domain: 'site.test', path: '/app' }, {}],
];

describe.each(['cookie', 'sqlite'])('A session in %s whose cookie attributes have changed', (store) => {
  const serve = (cookie: Cookie) => versionWith({ name: 'sid', secure: false, ...cookie }, store);

  describe.each(CHANGES)('%s', (_, before, after) => {
    let former: Server;
    let current: Server;

    beforeAll(async () => {
      [former, current] = [await serve(before), await serve(after)];
    });

    async function visitor(): Promise<PlacedBrowser> {
      const browser = new PlacedBrowser();
      await browser.get(former, '/app/enter?user=ada');
      expect(browser.places).toHaveLength(1);
      return browser;
    }
    const who = async (browser: PlacedBrowser) => (await browser.get(current, '/app/who')).text;

    it('continues, and is in a single cookie again after one page', async () => {
      const browser = await visitor();
      for (const visits of [1, 2, 3]) {
        expect((await browser.get(current, '/app/count')).text).toBe(String(visits));
        expect(await who(browser)).toBe(`ada ${visits}`);
      }
      expect(browser.places).toHaveLength(1);
      await browser.get(current, '/app/leave');
      expect([await who(browser), browser.placesOfSessions]).toEqual(['nobody 0', []]);
    });

    it('ends at the sign-out', async () => {
      const browser = await visitor();
      await browser.get(current, '/app/leave');
      expect([await who(browser), browser.placesOfSessions]).toEqual(['nobody 0', []]);
    });

    it('ends when another user signs in', async () => {
      const browser = await visitor();
      await browser.get(current, '/app/enter?user=bob');
      expect([await who(browser), await who(browser)]).toEqual(['bob 0', 'bob 0']);
      expect(browser.places).toHaveLength(1);
    });
  });
});

describe('The cookie of a site with TLS', () => {
  it.each([
    ['that is the default', {}],
    ['that is configured', { name: 'sid' }],
  ])('is taken over from a name %s when a domain changes its prefix', async (_, name) => {
    const [former, current] = [await versionWith(name), await versionWith({ ...name, domain: 'site.test' })];
    const browser = new PlacedBrowser();
    await browser.get(former, '/app/enter?user=ada');
    expect(browser.placesOfSessions).toEqual([expect.stringMatching(/^__Host-/)]);
    await browser.get(current, '/app/count');
    expect(browser.placesOfSessions).toEqual([expect.stringMatching(/^__Secure-\S+ \/ site\.test$/)]);
    expect((await browser.get(current, '/app/who')).text).toBe('ada 1');
    await browser.get(current, '/app/leave');
    expect(browser.placesOfSessions).toEqual([]);
  });

  it('is the only one removed at a sign-out when browsers can hold no other', async () => {
    const server = await versionWith({});
    const browser = new PlacedBrowser();
    await browser.get(server, '/app/enter?user=ada');
    const { setCookies } = await browser.get(server, '/app/leave');
    expect(setCookies.filter((cookie) => cookie.includes('Max-Age=0'))).toHaveLength(1);
  });
});

describe('A private response', () => {
  it('keeps the no-transform directive of the page', async () => {
    const server = await versionWith({});
    const browser = new PlacedBrowser();
    await browser.get(server, '/app/enter?user=ada');
    const { headers } = await fetch(`${server.origin}/app/stream`, {
      headers: { cookie: browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
    });
    expect(headers.get('cache-control')).toBe('private, no-store, no-transform');
  });
});
