import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const AS_AN_ISLAND = { headers: { accept: '*/*', 'sec-fetch-mode': 'cors' } };
const ADA = { email: 'ada@example.com', password: 'lovelace' };
const GRACE = { email: 'grace@example.com', password: 'hopper' };

describe('The static-shell sample, built and served', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create('samples/static-shell').build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function signIn(credentials: Record<string, string>): Promise<Browser> {
    const browser = new Browser(server);
    expect((await browser.post('/api/login', credentials)).location).toBe('/');
    return browser;
  }

  /** Where a page has its islands from, with their properties. */
  function islandIn(page: string, name: 'AccountPanel' | 'Notices'): string {
    const [, address = '/not-on-the-page'] = new RegExp(`href="(/_server-islands/${name}[^"]*)"`).exec(page) ?? [];
    return address.replaceAll(/&(?:amp|#38);/g, '&');
  }
  /** Asks for an island as the page does. */
  async function fetchIsland(browser: Browser, name: 'AccountPanel' | 'Notices', from = '/') {
    const { text } = await new Browser(server).get(from);
    return browser.get(islandIn(text, name), AS_AN_ISLAND);
  }

  it('gives everybody the same file, which says nothing of anybody and sets no cookie', async () => {
    const visitors = [new Browser(server), await signIn(ADA), await signIn(GRACE)];
    const answers = await Promise.all(visitors.map((visitor) => visitor.get('/')));
    const [file] = answers;
    expect(file?.status).toBe(200);
    expect(file?.text).toContain('>Sign in</a>');
    for (const { text, setCookies, headers } of answers) {
      expect(text).toBe(file?.text);
      expect(text).not.toMatch(/Ada|Grace|Sign out/);
      expect(setCookies).toEqual([]);
      expect(headers.get('cache-control')).not.toMatch(/private|no-store/);
      expect(headers.get('etag')).toBe(file?.headers.get('etag'));
    }
  });

  it('gives the panel to members alone, and to no cache that they share', async () => {
    const panel = await fetchIsland(await signIn(ADA), 'AccountPanel');
    expect(panel.status).toBe(200);
    expect(panel.text).toMatch(/Ada<\/strong>.*is reading The Lantern Bearers/);
    expect(panel.headers.get('cache-control')).toMatch(/private/);
    expect(panel.headers.get('vary')).toMatch(/cookie/i);
    expect((await fetchIsland(await signIn(GRACE), 'AccountPanel')).text).toContain('Grace');
  });

  it.each(['/', '/shelf'])('refuses it to guests who bring the address that a member has in %s', async (path) => {
    const ada = await signIn(ADA);
    const address = islandIn((await ada.get(path)).text, 'AccountPanel');
    expect((await ada.get(address, AS_AN_ISLAND)).text).toContain('is reading The Lantern Bearers');
    const guest = new Browser(server);
    const refused = await guest.get(address, AS_AN_ISLAND);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.text).not.toMatch(/Lantern|Sign out/);
    expect(guest.cookies.size).toBe(0);
  });

  it('refuses it to whoever has signed out', async () => {
    const ada = await signIn(ADA);
    expect((await fetchIsland(ada, 'AccountPanel')).status).toBe(200);
    expect((await ada.post('/api/logout')).location).toBe('/');
    expect((await fetchIsland(ada, 'AccountPanel')).status).toBe(401);
  });

  it('shows a message in an island, once', async () => {
    const ada = await signIn(ADA);
    const shown = await fetchIsland(ada, 'Notices');
    expect(shown.text).toContain('role="status"');
    expect(shown.text).toContain('Good to see you, Ada');
    expect(shown.headers.get('cache-control')).toMatch(/private/);
    expect((await fetchIsland(ada, 'Notices')).text).not.toContain('Good to see you');
    await ada.post('/api/logout');
    expect((await fetchIsland(ada, 'Notices')).text).toContain('You are signed out');
    expect(ada.namesBesideMark).toEqual([]);
  });

  it('protects the page that is made on demand, and brings guests there by way of the login page', async () => {
    const guest = new Browser(server);
    expect(await guest.get('/shelf')).toMatchObject({ status: 302, location: '/login?returnTo=%2Fshelf' });
    expect((await guest.get('/login?returnTo=%2Fshelf')).text).toContain('action="/api/login?returnTo=%2Fshelf"');
    const wrong = await guest.post('/api/login?returnTo=%2Fshelf', { ...ADA, password: 'wrong' });
    expect(wrong.location).toBe('/login?returnTo=%2Fshelf');
    expect((await fetchIsland(guest, 'Notices', '/login')).text).toMatch(/role="alert".*Wrong email or password/);
    expect((await guest.post('/api/login?returnTo=%2Fshelf', ADA)).location).toBe('/shelf');
    expect((await guest.get('/shelf')).text).toMatch(/The shelf of Ada.*Middlemarch/s);
  });
});

describe('The static-shell sample with a rule over the file itself', () => {
  it.each(["{ pattern: '/' }", "{ pattern: '/**' }"])('%s does not build, and says which page it is', async (rule) => {
    const app = App.create('samples/static-shell');
    app.rewrite('astro.config.mjs', (text) => text.replace("{ pattern: '/shelf' }", rule));
    const { code, output } = await app.astro('build');
    app.remove();
    expect(code).not.toBe(0);
    expect(output).toContain('src/pages/index.astro');
    expect(output).toContain('prerender');
  });
});
