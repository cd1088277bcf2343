import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const NAME = /^__Host-gatehouse[\w-]*/;
/** How a browser opens a page in a frame of another site; in older ones, only the referrer shows that. */
const OPENED = {
  built: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' },
  dev: { referer: 'https://embedder.test/' },
};
const SENT = { headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' } };

let app: App;

beforeAll(async () => {
  app = await App.create('spec/apps/in-flight').build();
});
afterAll(() => app?.remove());

describe.each([
  ['cookie', 'built'],
  ['cookie', 'dev'],
  ['memory', 'built'],
] as const)('A site for frames of other sites, with partitioned cookies and sessions in the %s, %s,', (store, way) => {
  let server: Server;
  let browser: Browser;
  const opened = { headers: OPENED[way] };

  beforeAll(async () => {
    const environment = { GATEHOUSE_SECRET: SECRET, SAME_SITE: 'none', PARTITIONED: 'on', CHUNKS: 'on', STORE: store };
    server = await (way === 'dev' ? app.serveWith('dev', environment) : app.serve(environment));
    browser = new Browser(server);
  });
  afterAll(() => server?.stop());

  const text = async () => /<p[^>]*>([^<]*)</.exec((await browser.get('/who', opened)).text)?.[1];

  it('partitions every cookie that it sets or removes, of a guest, a visitor, and one who has left', async () => {
    const answers = [
      await browser.get('/visit', opened),
      await browser.post('/enter', { user: 'ada' }, SENT),
      await browser.post('/demote', {}, SENT),
      await browser.post('/leave', {}, SENT),
    ];
    const headers = answers.flatMap(({ setCookies }) => setCookies);
    // Those of before the option was set are removed beside them.
    const unpartitioned = headers.filter((header) => !/; Partitioned(?:;|$)/.test(header));
    expect(headers.length - unpartitioned.length).toBeGreaterThanOrEqual(4);
    for (const header of headers) expect(header).toMatch(/^__Host-.*; Path=\/.*; Secure.*; SameSite=None/);
    for (const header of unpartitioned) expect(header).toMatch(/^[^=]+=; Max-Age=0; Path=\/; Secure; SameSite=None$/);
    expect(await text()).toBe('guest, cart 0, no message');
  });

  it('begins a session with the first page in a frame, with its messages and the token of a form', async () => {
    browser = new Browser(server);
    await browser.get('/visit', opened);
    expect(await text()).toBe('guest, cart 1, You came from elsewhere');
    const page = await browser.get('/with-token', opened);
    const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect((await browser.post('/with-token', { _csrf: token }, SENT)).status).toBe(200);
    expect((await browser.post('/with-token', { _csrf: token }, opened)).status).toBe(403);
  });

  it('signs a browser out that still sends the cookie of before', async () => {
    browser = new Browser(server);
    await browser.post('/enter', { user: 'ada' }, SENT);
    const [name, value] = [...browser.cookies].find(([each]) => NAME.test(each)) ?? ['', ''];
    const { setCookies } = await browser.post('/leave', {}, SENT);
    expect(value).not.toBe('');
    const removals = setCookies.filter((header) => header.startsWith(`${name}=;`));
    // The last one removes the partitioned cookie.
    expect(removals.map((header) => header.includes('Partitioned')).slice(-2)).toEqual([false, true]);
  });
});

describe('Two cookies of one name, of which one is partitioned,', () => {
  let before: Server;
  let server: Server;

  beforeAll(async () => {
    before = await app.serve({ GATEHOUSE_SECRET: SECRET, SAME_SITE: 'none' });
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, SAME_SITE: 'none', PARTITIONED: 'on' });
  });
  afterAll(async () => {
    await before?.stop();
    await server?.stop();
  });

  it('are one visitor, whose session becomes one cookie, of the store cookie', async () => {
    const browser = new Browser(before);
    await browser.post('/enter', { user: 'ada' });
    const former = browser.cookieHeader;
    const moved = browser.at(server);
    await moved.get('/visit');
    const both = await moved.get('/who', { headers: { cookie: `${former}; ${moved.cookieHeader}` } });
    expect(both.text).toContain('ada member, cart 1, You came from elsewhere');
    expect(both.setCookies.filter((header) => !header.includes('Partitioned'))).toEqual([
      expect.stringMatching(/^__Host-gatehouse[\w-]*=; Max-Age=0; Path=\/; Secure; SameSite=None$/),
    ]);
  });
});
