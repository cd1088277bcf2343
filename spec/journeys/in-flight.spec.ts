import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { InFlight } from '../support/in-flight.js';
import { pass } from '../support/movable-clock.js';

const DAY = 24 * 60 * 60 * 1000;

let app: App;
/** The built servers by their settings, and the one development server. */
const servers = new Map<string, Server>();

beforeAll(async () => {
  app = await App.create('spec/apps/in-flight').build();
});
afterAll(async () => {
  for (const server of servers.values()) await server.stop();
  app?.remove();
});

/** Starts a built server for each of the settings, on first use. */
async function built(settings: Record<string, string>): Promise<Server> {
  const key = JSON.stringify(settings);
  const server = servers.get(key) ?? (await app.serve({ GATEHOUSE_SECRET: SECRET, ...settings }));
  servers.set(key, server);
  return server;
}

/** Has the one development server, which applies another store without a restart, keep sessions in it. */
async function developed(store: string): Promise<Server> {
  const files = { 'src/store.ts': `export const store = '${store}';` };
  app.write(files);
  const server = servers.get('dev') ?? (await app.serveWith('dev', { GATEHOUSE_SECRET: SECRET }));
  servers.set('dev', server);
  await server.until(async () => (await new Browser(server).get('/store')).text === store);
  return server;
}

const whoIs = async (browser: Browser) => /<p[^>]*>([^<]*)</.exec((await browser.get('/who')).text)?.[1];

describe.each([
  ['cookie', 'built'],
  ['cookie', 'dev'],
  ['memory', 'built'],
])('A site with pending requests and sessions in the %s, %s,', (store, way) => {
  let server: Server;
  let inFlight: InFlight;
  let browser: Browser;

  beforeAll(async () => {
    server = await (way === 'dev' ? developed(store) : built({ STORE: store }));
    inFlight = new InFlight(server);
  });
  beforeEach(() => {
    browser = new Browser(server);
  });

  it.each(['fill', 'regenerate', 'promote', 'sign-in'])(
    'does not undo a sign-out when a late response is to %s',
    async (does) => {
      await browser.post('/enter', { user: 'ada' });
      const late = await inFlight.send(browser, does);
      await browser.post('/leave');
      await late();
      expect(await whoIs(browser)).toBe('guest, cart 0, no message');
      expect((await browser.get('/members')).status).toBe(302);
    },
  );

  it('does not undo a sign-out when a late response renews the session', async () => {
    await browser.post('/enter', { user: 'ada' });
    await pass(2 * DAY, server);
    const late = await inFlight.send(browser, 'nothing');
    await browser.post('/leave');
    await late();
    expect((await browser.get('/members')).status).toBe(302);
  });

  it('does not undo a sign-out, and shows its message once', async () => {
    await browser.post('/enter', { user: 'ada' });
    const late = [await inFlight.send(browser, 'fill'), await inFlight.send(browser, 'regenerate')];
    await browser.post('/leave?message');
    await late[0]?.();
    expect(await whoIs(browser)).toBe('guest, cart 0, Bye');
    await late[1]?.();
    expect(await whoIs(browser)).toBe('guest, cart 0, no message');
  });

  it('does not show a message again', async () => {
    await browser.post('/enter', { user: 'ada' });
    await browser.get('/visit');
    const late = await inFlight.send(browser, 'fill');
    expect(await whoIs(browser)).toBe('ada member, cart 1, You came from elsewhere');
    await late();
    await pass(DAY / 24, server);
    expect(await whoIs(browser)).toBe('ada member, cart 2, no message');
  });

  it('does not restore a removed role when a later request changes the id', async () => {
    await browser.post('/enter', { user: 'ada', role: 'admin' });
    const before = await inFlight.send(browser, 'demote');
    const late = [await inFlight.send(browser, 'regenerate'), await inFlight.send(browser, 'regenerate')];
    await late[0]?.();
    await before();
    await late[1]?.();
    expect(await whoIs(browser)).toMatch(/^ada member/);
  });

  it('sets no more than two cookies for thirty concurrent requests that set the same role', async () => {
    await browser.post('/enter', { user: 'ada', role: 'admin' });
    const late = await Promise.all(Array.from({ length: 30 }, () => inFlight.send(browser, 'promote')));
    for (const answer of late) await answer();
    expect(browser.cookies.size).toBeLessThanOrEqual(2);
    expect(await whoIs(browser)).toMatch(/^ada admin/);
  });

  it('does not undo the sign-in of a guest, and keeps the cart', async () => {
    await browser.post('/fill');
    const late = await inFlight.send(browser, 'fill');
    await browser.post('/enter', { user: 'ada' });
    await late();
    expect(await whoIs(browser)).toMatch(/^ada member, cart 1/);
  });

  it('does not undo the sign-in of a guest when a late response empties the session', async () => {
    await browser.post('/fill');
    const late = await inFlight.send(browser, 'empty');
    await browser.post('/enter', { user: 'ada' });
    await late();
    expect(await whoIs(browser)).toMatch(/^ada member/);
  });

  it('does not undo a second sign-in after a sign-out', async () => {
    await browser.post('/enter', { user: 'grace' });
    const late = [await inFlight.send(browser, 'fill'), await inFlight.send(browser, 'regenerate')];
    await browser.post('/leave');
    await browser.post('/enter', { user: 'ada' });
    for (const answer of late) await answer();
    expect(await whoIs(browser)).toBe('ada member, cart 0, no message');
  });

  it('does not restore a removed role', async () => {
    await browser.post('/enter', { user: 'ada', role: 'admin' });
    const late = [await inFlight.send(browser, 'fill'), await inFlight.send(browser, 'fill')];
    await browser.post('/demote');
    for (const answer of late) await answer();
    expect((await browser.get('/admin')).status).toBe(302);
    expect(await whoIs(browser)).toMatch(/^ada member/);
  });
});

describe.each(['built', 'dev'])('A request with the id from before a sign-in, %s,', (way) => {
  let server: Server;
  let browser: Browser;
  /** The browser as it was before its visitor signed in. */
  let former: Browser;

  beforeAll(async () => {
    server = await (way === 'dev' ? developed('memory') : built({ STORE: 'memory' }));
  });
  beforeEach(async () => {
    browser = new Browser(server);
    await browser.post('/fill');
    former = browser.copy();
    await browser.post('/enter', { user: 'ada' });
  });

  it('changes nothing, and the log says that what it set is not stored', async () => {
    const answer = await former.post('/fill');
    expect([answer.status, answer.setCookies]).toEqual([303, []]);
    expect(await server.printed('"cart" was set in a session and is not stored')).toMatch(/given it a new id/);
    expect(await whoIs(browser)).toBe('ada member, cart 1, no message');
  });

  it('changes nothing either when it was pending during the sign-in', async () => {
    const guest = new Browser(server);
    await guest.post('/fill');
    const inFlight = new InFlight(server);
    const late = [await inFlight.send(guest, 'empty'), await inFlight.send(guest, 'fill')];
    await guest.post('/enter', { user: 'ada' });
    for (const answer of late) expect((await answer()).setCookies).toEqual([]);
    expect(await server.printed('"cart" was removed from a session and is still stored')).toMatch(/given it a new id/);
    expect(await whoIs(guest)).toBe('ada member, cart 1, no message');
  });

  it('signs in with a session of its own', async () => {
    expect((await former.post('/enter', { user: 'grace' })).status).toBe(303);
    expect(await whoIs(former)).toBe('grace member, cart 0, no message');
    expect(await whoIs(browser)).toBe('ada member, cart 1, no message');
  });

  it('signs in with a session of its own when it was pending during the other sign-in, as after a double click', async () => {
    const guest = new Browser(server);
    await guest.post('/fill');
    const late = await new InFlight(server).send(guest, 'sign-in');
    const other = guest.copy();
    await other.post('/enter', { user: 'grace' });
    expect((await late()).setCookies).toHaveLength(1);
    expect(await whoIs(guest)).toBe('ada admin, cart 0, no message');
    expect(await whoIs(other)).toBe('grace member, cart 1, no message');
  });

  it('does not sign in when the other one has signed out since', async () => {
    const guest = new Browser(server);
    await guest.post('/fill');
    const late = await new InFlight(server).send(guest, 'sign-in');
    await guest.post('/enter', { user: 'ada' });
    await guest.post('/leave');
    expect((await late()).setCookies).toEqual([]);
    expect(await whoIs(guest)).toBe('guest, cart 0, no message');
  });

  it('ends the session when it signs out, and leaves a message to the guest', async () => {
    expect((await former.post('/leave?message')).status).toBe(303);
    expect(await whoIs(former)).toBe('guest, cart 0, Bye');
    expect(await whoIs(browser)).toBe('guest, cart 0, no message');
    expect((await browser.get('/members')).status).toBe(302);
  });
});

describe('A site with sessions in the cookie', () => {
  let server: Server;
  let inFlight: InFlight;

  beforeAll(async () => {
    server = await built({ LIST: 'on' });
    inFlight = new InFlight(server);
  });

  it('does not undo the sign-in of a guest who had no session', async () => {
    const browser = new Browser(server);
    const late = await inFlight.send(browser, 'fill');
    await browser.post('/enter', { user: 'ada' });
    await late();
    expect(await whoIs(browser)).toBe('ada member, cart 0, no message');
  });

  it('leaves one small cookie after a sign-out, and removes it 15 minutes later', async () => {
    const browser = new Browser(server);
    await browser.post('/enter', { user: 'ada' });
    const { setCookies } = await browser.post('/leave');
    expect(setCookies.map((cookie) => cookie.replace(/^([^=]+=)[^;]+/, '$1…'))).toEqual([
      expect.stringMatching(/^__Host-gatehouse=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(/^__Host-gatehouse~\w{8}(?:-0)?=…; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect(browser.cookieHeader.length).toBeLessThan(400);
    const shared = await browser.get('/public');
    expect([shared.headers.get('cache-control'), shared.setCookies]).toEqual(['public, max-age=60', []]);

    await pass(DAY / 48, server);
    const last = await browser.get('/public');
    expect(browser.cookies.size).toBe(0);
    // A shared cache must not replay the removal of this cookie to other visitors.
    expect(last.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('ends copies of a previous cookie at a sign-out, with a revocation list', async () => {
    const browser = new Browser(server);
    await browser.post('/enter', { user: 'joan' });
    const copy = browser.copy();
    await browser.post('/enter', { user: 'joan' });
    expect(await whoIs(browser)).toMatch(/^joan/);
    await browser.post('/leave');
    expect(await whoIs(copy)).toMatch(/^guest/);
  });
});

describe.each(['cookie', 'memory'])('A cross-site request, with sessions in the %s,', (store) => {
  const FOREIGN = { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://provider.test' } };
  const LINK = { headers: { 'sec-fetch-site': 'cross-site', referer: 'https://search.test/' } };
  let strict: Server;
  let lax: Server;

  beforeAll(async () => {
    [strict, lax] = [await built({ STORE: store, SAME_SITE: 'strict' }), await built({ STORE: store })];
  });

  /** Sends a request of the same browser without its cookies, and stores those of the response. */
  async function withoutCookies(browser: Browser, visit: (stranger: Browser) => Promise<unknown>): Promise<void> {
    const stranger = new Browser({ origin: originOf(browser) });
    await visit(stranger);
    for (const [name, value] of stranger.cookies) browser.cookies.set(name, value);
  }
  const originOf = (browser: Browser) => (browser === ofStrict ? strict : lax).origin;
  let ofStrict: Browser;
  let ofLax: Browser;
  beforeEach(() => {
    ofStrict = new Browser(strict);
    ofLax = new Browser(lax);
  });

  it('begins no session when the browser may have withheld its own, and a warning is logged', async () => {
    for (const [browser, ask] of [
      [ofStrict, (stranger: Browser) => stranger.get('/visit', LINK)],
      [ofLax, (stranger: Browser) => stranger.post('/complaint', {}, FOREIGN)],
    ] as const) {
      await browser.post('/enter', { user: 'ada' });
      await withoutCookies(browser, async (stranger) => {
        expect((await ask(stranger)).setCookies).toEqual([]);
      });
      expect(await whoIs(browser)).toBe('ada member, cart 0, no message');
    }
    expect(await strict.printed("sameSite: 'lax'")).toMatch(
      /"cart" was set in a session and is not stored: the request came from another site.*SameSite=strict.*sameSite: 'lax'/,
    );
    expect(await lax.printed("sameSite: 'none'")).toMatch(/"notice" was set in a session and is not stored/);
  });

  it('does not replace the cart of a guest', async () => {
    await ofStrict.post('/fill');
    await withoutCookies(ofStrict, (stranger) => stranger.get('/visit', LINK));
    expect(await whoIs(ofStrict)).toBe('guest, cart 1, no message');
  });

  it('begins a session when the browser would have sent an existing one', async () => {
    await ofLax.get('/visit', { headers: { ...LINK.headers, 'sec-fetch-mode': 'navigate' } });
    const own = { headers: { 'sec-fetch-site': 'same-origin' } };
    await ofStrict.get('/visit', own);
    expect(await whoIs(ofStrict)).toBe('guest, cart 1, You came from elsewhere');
  });

  it('is recognized without Sec-Fetch-Site, too', async () => {
    await ofLax.post('/enter', { user: 'ada' });
    const { origin } = FOREIGN.headers;
    await withoutCookies(ofLax, (stranger) => stranger.post('/complaint', {}, { headers: { origin } }));
    expect(await whoIs(ofLax)).toBe('ada member, cart 0, no message');
  });

  it.each(['nobody', 'a guest', 'ada', 'nobody any more'])('signs in a visitor who was %s', async (before) => {
    for (const browser of [ofStrict, ofLax]) {
      if (before === 'a guest') await browser.post('/fill');
      if (before.startsWith('ada') || before.endsWith('more')) await browser.post('/enter', { user: 'ada' });
      if (before.endsWith('more')) await browser.post('/leave');
      await withoutCookies(browser, (stranger) => stranger.post('/callback', {}, FOREIGN));
      expect(await whoIs(browser)).toBe('grace member, cart 0, no message');
    }
  });

  it('receives a form with a valid token when the visitor has no session', async () => {
    await withoutCookies(ofStrict, (stranger) => stranger.get('/with-token', LINK));
    expect([...ofStrict.cookies.keys()]).toEqual(['__Host-gatehouse~apart']);
    const page = await ofStrict.get('/with-token');
    const [, name = '', value = ''] = /name="([^"]+)" value="([^"]+)"/.exec(page.text) ?? [];
    expect((await ofStrict.post('/with-token', { [name]: value })).status).toBe(200);
    await ofStrict.post('/enter', { user: 'ada' });
    expect([...ofStrict.cookies.keys()]).toEqual(['__Host-gatehouse']);
  });

  it('receives such a form without affecting the session of the visitor', async () => {
    await ofStrict.post('/enter', { user: 'ada' });
    await withoutCookies(ofStrict, (stranger) => stranger.get('/with-token', LINK));
    expect(await whoIs(ofStrict)).toMatch(/^ada member/);
    expect([...ofStrict.cookies.keys()]).toEqual(['__Host-gatehouse']);
  });
});
