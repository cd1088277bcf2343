import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { App, Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite, prerendered } from '../support/made-site.js';

const NAMES = ['__Host-gatehouse', '__Host-gatehouse.1', '__Host-gatehouse.2'];
/** The length of the longest incompressible string that fits in three cookies. */
const MOST = 8_800;

describe('A session that is split over several cookies', () => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = madeSite(`{ session: { cookie: { chunks: true } }, protect: ['/inside'].map((pattern) => ({ pattern })) }`, {
      'src/pages/put/[size].ts': `export const GET = ({ params, locals: { session } }) => {
        session.set('notes', 'x'.repeat(Number(params.size)));
        return new Response('put');
      };`,
      'src/pages/length.ts': `export const GET = ({ locals: { session } }) =>
        Response.json(session.get('notes')?.length ?? null);`,
      'src/pages/enter.ts': `import { setSession } from 'astro-gatehouse/server';
        export const GET = async (context) => (await setSession(context, { userId: 'u1' }), new Response('in'));`,
      'src/pages/leave.ts': `import { clearSession } from 'astro-gatehouse/server';
        export const GET = async (context) => (await clearSession(context), new Response('out'));`,
      'src/pages/inside.astro': '<h1>inside</h1>',
      'src/pages/terms.astro': prerendered('<h1>terms</h1>'),
    });
    await app.build();
    server = await app.serve();
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const namesIn = (browser: Browser) => [...browser.cookies.keys()];
  const lengthIn = async (browser: Browser) => JSON.parse((await browser.get('/length')).text);
  async function holding(size: number): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get('/enter');
    expect((await browser.get(`/put/${size}`)).status).toBe(200);
    return browser;
  }

  it.each([
    [100, 1],
    [5_000, 2],
    [MOST, 3],
  ])('is restored from them: %i characters, %i cookies', async (size, cookies) => {
    const browser = await holding(size);
    expect(namesIn(browser)).toEqual(NAMES.slice(0, cookies));
    for (const [name, value] of browser.cookies) expect(name.length + value.length).toBeLessThanOrEqual(4096);
    expect(await lengthIn(browser)).toBe(size);
    expect((await browser.get('/inside')).status).toBe(200);
  });

  it('leaves no superfluous cookie when it gets smaller or ends', async () => {
    const browser = await holding(MOST);
    const smaller = await browser.get('/put/5000');
    expect(smaller.setCookies.filter((cookie) => cookie.includes('Max-Age=0'))).toEqual([
      '__Host-gatehouse.2=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
    expect(await lengthIn(browser)).toBe(5_000);
    await browser.get('/put/10');
    expect([namesIn(browser), await lengthIn(browser)]).toEqual([NAMES.slice(0, 1), 10]);
    await browser.get(`/put/${MOST}`);
    await browser.get('/leave');
    const mark = expect.stringMatching(/^__Host-gatehouse~[\w-]+$/);
    expect([namesIn(browser), await lengthIn(browser)]).toEqual([[mark], null]);
  });

  it('is rejected when it exceeds three cookies, and stays unchanged', async () => {
    const browser = await holding(5_000);
    const answer = await browser.get('/put/12000');
    expect([answer.status, answer.setCookies]).toEqual([500, []]);
    expect(await server.printed('browsers store only 12288')).toMatch(
      /would have \d+ bytes, but browsers store only 12288.*"notes"/,
    );
    expect(await lengthIn(browser)).toBe(5_000);
  });

  it.each<[string, (cookies: Map<string, string>, old: Map<string, string>) => [string, string][]]>([
    ['one is missing', (cookies) => [...cookies].filter(([name]) => name !== NAMES[1])],
    ['the first is missing', (cookies) => [...cookies].slice(1)],
    [
      'they are in each other’s place',
      (cookies) => {
        const [one = '', two = '', three = ''] = cookies.values();
        return [one, three, two].map((value, at) => [NAMES[at] ?? '', value]);
      },
    ],
    ['the first is an older one', (cookies, old) => [...old].slice(0, 1).concat([...cookies].slice(1))],
    ['the last is an older one', (cookies, old) => [...cookies].slice(0, 2).concat([...old].slice(2))],
    ['one is sent twice', (cookies) => [...cookies, [NAMES[1] ?? '', 'planted']]],
    ['one is forged', (cookies) => [...cookies].with(1, [NAMES[1] ?? '', '*~2*constructor'])],
  ])('is not opened when %s, and its cookies are removed with the next session', async (_, change) => {
    const browser = await holding(MOST);
    const old = new Map(browser.cookies);
    await browser.get(`/put/${MOST - 1}`);
    const cookie = change(browser.cookies, old)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const visitor = new Browser(server);
    const page = await visitor.get('/length', { headers: { cookie } });
    expect([page.status, page.text]).toEqual([200, 'null']);
    expect(page.setCookies).toEqual([]);
    expect((await visitor.get('/inside', { headers: { cookie } })).status).toBe(302);
    const { setCookies } = await visitor.get('/put/10', { headers: { cookie } });
    const replaced = setCookies.map((each) => each.split('=')[0]);
    expect(NAMES.filter((name) => cookie.includes(`${name}=`) && !replaced.includes(name))).toEqual([]);
  });

  it.each(['/enter', '/length'])(
    'is removed after a change of the secret, when one as large begins after %s',
    async (path) => {
      const browser = await holding(MOST);
      const renewed = await app.serve({ GATEHOUSE_SECRET: 'n3Wp8Zt5Kd1Xc7Vb0Qm4Lr9Hf2Js6GyTe' });
      const now = browser.at(renewed);
      try {
        for (const each of [path, `/put/${MOST}`]) expect((await now.get(each)).status).toBe(200);
        expect([now.cookies.size, await lengthIn(now)]).toEqual([3, MOST]);
      } finally {
        await renewed.stop();
      }
    },
  );

  it('is not touched by a prerendered page', async () => {
    const browser = await holding(5_000);
    const page = await browser.get('/terms');
    expect([page.status, page.setCookies]).toEqual([200, []]);
  });
});
