import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { describeStepsOfProcesses } from '../support/steps-of-processes.js';
import { STEPS_SITE } from '../support/steps-site.js';

let app: App;

beforeAll(async () => {
  app = await App.create(undefined, STEPS_SITE).build();
});
afterAll(() => app.remove());

it('A request that takes a value leaves the session under the id that another one has given it meanwhile', async () => {
  const server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: 'memory' });
  try {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=late');
    const slow = browser.copy();
    const taking = slow.get('/take-late?of=2');
    const stranger = new Browser(server);
    await server.until(async () => (await stranger.get('/arrive')).text === '1');
    await browser.get('/renew');
    await stranger.get('/arrive?of=2');
    expect(JSON.parse((await taking).text)).toBe('for one');
    expect(slow.sessionCookie).toEqual(browser.sessionCookie);
    expect((await browser.get('/all')).text).toContain('seen');
  } finally {
    await server.stop();
  }
});

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
    const answers = await atOnce(browser, Array<string>(10).fill('/data?of=10'));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"access":"access-1"}']));
    expect(JSON.parse((await browser.get('/data')).text)).toEqual({ access: 'access-1' });
    expect(JSON.parse((await browser.get('/counts')).text)).toEqual({ asked: 1, refused: 0 });
  });

  it('would have it refused nine times if each did it alone', async () => {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=alone');
    await browser.get('/counts');
    await atOnce(browser, Array<string>(10).fill('/data?alone&of=10'));
    expect(JSON.parse((await browser.get('/counts')).text)).toEqual({ asked: 10, refused: 9 });
  });

  it('get the same error when the one step fails, and may try again', async () => {
    const browser = new Browser(server);
    await browser.get('/begin?refresh=spent');
    await browser.get('/data?alone');
    await browser.get('/begin?refresh=spent');
    await browser.get('/counts');
    const answers = await atOnce(browser, Array<string>(5).fill('/data?of=5'));
    expect(answers).toEqual(Array(5).fill({ error: 'invalid_grant' }));
    expect(JSON.parse((await browser.get('/counts')).text).asked).toBe(1);
    await browser.get('/data');
    expect(JSON.parse((await browser.get('/counts')).text).asked).toBe(1);
  });

  it('share no step with one that signs in as somebody else', async () => {
    const browser = new Browser(server);
    await browser.get('/profile?as=ada');
    expect(await atOnce(browser.copy(), ['/profile?as=bob&of=3', '/profile?of=3', '/profile?of=3'])).toEqual([
      'data of bob',
      'data of ada',
      'data of ada',
    ]);
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
      items.map((item) => `/verbs?of=10&item=${item}`),
    );
    const { visits, cart } = JSON.parse((await browser.get('/all')).text);
    expect([visits, cart.slice(1).toSorted()]).toEqual(store === 'cookie' ? [1, [expect.any(String)]] : [10, items]);
  });
});

describeStepsOfProcesses('sqlite', async () => ({ environment: {}, remove() {} }));
