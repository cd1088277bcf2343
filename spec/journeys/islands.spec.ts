import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

const CASES = [
  ['A rule for a server island', {}, { guest: [401, 200, 200], reader: [403, 200, 200] }],
  ['Islands where everything is protected', { GLOBAL: 'yes' }, { guest: [401, 200, 401], reader: [403, 200, 200] }],
] as const;

describe.each(
  CASES.flatMap(([name, environment, expected]) =>
    (['production', 'dev'] as const).map((mode) => ({ name: `${name} in ${mode}`, mode, environment, expected })),
  ),
)('$name', ({ mode, environment, expected }) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = App.create('spec/apps/islands');
    if (mode === 'dev') server = await app.serveWith('dev', { ...environment });
    else server = await (await app.build()).serve({ GATEHOUSE_SECRET: SECRET, ...environment });
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  /** Fetches what the page would: the panel, the weather and the news. */
  async function fetchIslands(browser: Browser) {
    const page = await browser.get('/');
    const addresses = [...page.text.matchAll(/href="(\/_server-islands\/(\w+)[^"]*)"/g)];
    const addressOf = (name: string) =>
      addresses.find(([, , island]) => island === name)?.[1]?.replaceAll(/&(?:amp|#38);/g, '&') ?? '/not-on-the-page';
    const fetched = ['AdminPanel', 'Weather', 'News'].map((name) =>
      browser.get(addressOf(name), { headers: { accept: '*/*', 'sec-fetch-mode': 'cors' } }),
    );
    return { page, answers: await Promise.all(fetched) };
  }

  it.each(['guest', 'reader', 'admin'] as const)('is asked of a %s', async (who) => {
    const browser = new Browser(server);
    if (who !== 'guest') await browser.get(`/enter?role=${who}`);
    const { page, answers } = await fetchIslands(browser);
    expect(page.text).toContain('no panel');
    expect(answers.map(({ status }) => status)).toEqual(who === 'admin' ? [200, 200, 200] : expected[who]);
    expect(answers[0]?.text.includes('the admin panel')).toBe(who === 'admin');
    expect(answers[1]?.text).toContain('the weather');
  });
});
