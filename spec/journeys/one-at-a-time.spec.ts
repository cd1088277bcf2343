import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';

const FILES = {
  'astro.config.mjs': siteConfig('{}'),
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    export default defineGatehouse({ session: { store: process.env.STORE } });`,
  // The provider of the tokens: each refresh token is good for one use.
  'src/provider.ts': `
    const used = new Set();
    export const counts = { asked: 0, refused: 0 };
    export async function refresh(token) {
      counts.asked += 1;
      await new Promise((wake) => setTimeout(wake, 50));
      if (used.has(token)) {
        counts.refused += 1;
        throw new Error('invalid_grant');
      }
      used.add(token);
      return { access: 'access-' + counts.asked, refresh: 'refresh-' + counts.asked };
    }`,
  'src/pages/begin.ts': `
    export const GET = ({ locals, url }) => {
      locals.session.set('cart', ['tea']).set('tokens', { refresh: url.searchParams.get('refresh') });
      locals.session.set('invitation', 'for one');
      return new Response('begun');
    };`,
  'src/pages/data.ts': `
    import { counts, refresh } from '../provider';
    export const GET = async ({ locals: { session }, url }) => {
      let tokens = session.get('tokens');
      const run = () => refresh(tokens.refresh);
      try {
        if (!tokens.access) {
          tokens = await (url.searchParams.has('alone') ? run() : session.exclusive('refresh', run));
          session.set('tokens', tokens);
        }
        return Response.json({ access: tokens.access });
      } catch (error) {
        return Response.json({ error: error.message }, { status: 502 });
      }
    };`,
  'src/pages/slow.ts': `
    export const GET = async ({ locals: { session } }) => {
      try {
        await session.exclusive('slow', () => new Promise(() => {}), { timeout: 0.1 });
      } catch (error) {
        return new Response(error.code, { status: 503 });
      }
    };`,
  'src/pages/take.ts': `
    export const GET = async ({ locals: { session } }) => Response.json((await session.take('invitation')) ?? null);`,
  'src/pages/verbs.ts': `
    export const GET = async ({ locals: { session }, url }) => {
      session.increment('visits');
      await new Promise((wake) => setTimeout(wake, 20));
      session.push('cart', url.searchParams.get('item'));
      return new Response('done');
    };`,
  'src/pages/all.ts': 'export const GET = ({ locals: { session } }) => Response.json(session.all());',
  'src/pages/counts.ts': `
    import { counts } from '../provider';
    export const GET = () => {
      const found = { ...counts };
      Object.assign(counts, { asked: 0, refused: 0 });
      return Response.json(found);
    };`,
  'src/pages/leave.ts': `
    export const GET = ({ locals: { session } }) => {
      session.flash('notice', 'Saved').flash('notice', 'Mailed');
      return new Response('left');
    };`,
  'src/pages/show.astro': `---
    const { flashes } = Astro.locals.session;
    if (Astro.url.searchParams.has('keep')) flashes.keep('notice');
    if (Astro.url.searchParams.has('now')) flashes.now('notice', 'Here');
    ---
    <p>{flashes.getAll('notice').join(', ') || 'none'}</p>`,
};

let app: App;

beforeAll(async () => {
  app = await App.create(undefined, FILES).build();
}, 100_000);
afterAll(() => app.remove());

describe.each(['cookie', 'memory'])('Requests of one session, %s store,', (store) => {
  let server: Server;

  beforeAll(async () => {
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
  });
  afterAll(() => server.stop());

  /** Sends requests at once, all with the cookies that the browser has now. */
  async function atOnce(browser: Browser, paths: readonly string[]): Promise<unknown[]> {
    const answers = await Promise.all(paths.map((path) => browser.get(path)));
    return answers.map(({ text }) => (text.startsWith('{') || /^["n]/.test(text) ? JSON.parse(text) : text));
  }

  it('refresh an expired token once when ten come at once, and the next uses the new one', async () => {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=once');
    await browser.get('/counts');
    const answers = await atOnce(browser, Array<string>(10).fill('/data'));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"access":"access-1"}']));
    expect(JSON.parse((await browser.get('/data')).text)).toEqual({ access: 'access-1' });
    expect(JSON.parse((await browser.get('/counts')).text)).toEqual({ asked: 1, refused: 0 });
  });

  it('would have it refused nine times if each did it alone', async () => {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=alone');
    await browser.get('/counts');
    await atOnce(browser, Array<string>(10).fill('/data?alone'));
    expect(JSON.parse((await browser.get('/counts')).text)).toEqual({ asked: 10, refused: 9 });
  });

  it('get the same error when the one step fails, and may try again', async () => {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=spent');
    await browser.get('/data?alone');
    await browser.get('/begin?refresh=spent');
    await browser.get('/counts');
    const answers = await atOnce(browser, Array<string>(5).fill('/data'));
    expect(answers).toEqual(Array(5).fill({ error: 'invalid_grant' }));
    expect(JSON.parse((await browser.get('/counts')).text).asked).toBe(1);
    await browser.get('/data');
    expect(JSON.parse((await browser.get('/counts')).text).asked).toBe(1);
  });

  it('do not wait for a step longer than its time', async () => {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=slow');
    expect(await atOnce(browser, ['/slow', '/slow', '/slow'])).toEqual(Array(3).fill('EXCLUSIVE_TIMEOUT'));
  });

  it('show a kept message on the next page as well, and one for now only once', async () => {
    const browser = new Browser(server);
    await browser.get('/leave');
    const shown = [];
    for (const path of ['/show?keep&now', '/show', '/show']) shown.push((await browser.get(path)).text);
    expect(shown.map((text) => /<p>(.*)<\/p>/.exec(text)?.[1])).toEqual([
      'Saved, Mailed, Here',
      'Saved, Mailed',
      'none',
    ]);
  });

  it(
    store === 'cookie' ? 'take a one-time value by their commit' : 'take a one-time value for one of them',
    async () => {
      const browser = new Browser(server);
      await browser.get('/begin?refresh=take');
      const taken = await atOnce(browser, Array<string>(10).fill('/take'));
      const got = taken.filter((value) => value === 'for one').length;
      // A cookie cannot know what another request does with a copy of it.
      expect(got).toBe(store === 'cookie' ? 10 : 1);
      expect(await atOnce(browser, ['/take'])).toEqual([null]);
    },
  );

  it('count and collect without loss, where the store can', async () => {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=verbs');
    const items = Array.from({ length: 10 }, (_, at) => `item${at}`);
    await atOnce(
      browser,
      items.map((item) => `/verbs?item=${item}`),
    );
    const { visits, cart } = JSON.parse((await browser.get('/all')).text);
    expect([visits, cart.slice(1).toSorted()]).toEqual(store === 'cookie' ? [1, [expect.any(String)]] : [10, items]);
  });
});
