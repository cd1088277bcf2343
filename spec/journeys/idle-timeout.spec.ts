import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { countingSite } from '../support/counting-site.js';
import { pass } from '../support/movable-clock.js';

describe.each(['cookie', 'sqlite'])('An idle timeout of seven minutes, with sessions in %s', (store) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await countingSite('one').build();
    const kept = store === 'sqlite' ? { STORE: join(app.folder, 'sessions.db') } : {};
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, SESSION: '{ "idleTimeout": 420 }', ...kept });
  });
  afterAll(async () => {
    await server?.stop();
    app?.remove();
  });

  const who = async (browser: Browser) => (await browser.get('/app/who')).text;
  async function visitor(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get('/app/enter');
    return browser;
  }

  it('counts from the last request, even when that was not written', async () => {
    const browser = await visitor();
    await pass(48_000, server);
    expect(await browser.get('/app/who')).toMatchObject({ text: 'ada 0', setCookies: [] });
    for (let visit = 0; visit < 3; visit++) {
      await pass(390_000, server);
      expect(await who(browser)).toBe('ada 0');
    }
  });

  it('ends a session at the latest one renewal interval afterwards', async () => {
    const browser = await visitor();
    await pass(480_000, server);
    expect(await who(browser)).toBe('nobody 0');
  });

  it('is also the lifetime of the cookie', async () => {
    const { setCookies } = await new Browser(server).get('/app/enter');
    expect(setCookies.join()).toMatch(/Max-Age=480;/);
  });
});
