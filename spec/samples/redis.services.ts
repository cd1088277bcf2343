import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { RedisServer } from '../support/redis-server.js';

const RECOVERY = 10_000;
const EACH = 20;

describe('The redis sample, built and served by its two processes', () => {
  let app: App;
  let redis: RedisServer;
  let both: Server;
  let one: { origin: string };
  let other: { origin: string };

  beforeAll(async () => {
    redis = await RedisServer.start();
    app = await App.create('samples/redis').build();
    both = await app.serve({ GATEHOUSE_SECRET: SECRET, REDIS_URL: redis.url }, 'start-two.mjs');
    [one, other] = [await processAt('A'), await processAt('B')];
  });
  afterAll(async () => {
    await both?.stop();
    await redis?.remove();
    app?.remove();
  });

  /** The sample prints where its processes are. */
  async function processAt(name: string): Promise<{ origin: string }> {
    const address = new RegExp(`Process ${name} is at (http://[\\d.:]+)`);
    const [, origin = ''] = address.exec(await both.printed(address)) ?? [];
    const deadline = Date.now() + RECOVERY;
    while (Date.now() < deadline && !(await fetch(origin).catch(() => undefined))) await pass(50);
    return { origin };
  }
  const pass = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));
  async function signIn(server: { origin: string }, name: string): Promise<Browser> {
    const browser = new Browser(server);
    expect((await browser.post('/api/login', { name })).location).toBe('/checkout');
    return browser;
  }
  const shown = (text: string, what: 'process' | 'count' | 'name') =>
    new RegExp(`data-${what}[^>]*>([^<]*)<`).exec(text)?.[1];

  it('answer in turn, and say which of them it was', async () => {
    const browser = new Browser(both);
    const answers = [await browser.get('/'), await browser.get('/'), await browser.get('/'), await browser.get('/')];
    const names = answers.map(({ text }) => shown(text, 'process'));
    expect(names.join('')).toMatch(/^(?:ABAB|BABA)$/);
  });

  it('know in both who has signed in at one, and what was put into the basket before', async () => {
    const ada = new Browser(one);
    await ada.post('/api/basket', { product: 'honey' });
    expect(await ada.at(other).get('/checkout')).toMatchObject({
      status: 302,
      location: '/login?returnTo=%2Fcheckout',
    });
    await ada.at(other).post('/api/login', { name: 'ada' });
    const basket = await ada.get('/checkout');
    expect([basket.status, shown(basket.text, 'name'), shown(basket.text, 'process')]).toEqual([200, 'ada', 'A']);
    expect(basket.text).toContain('Heather honey is in your basket');
    const again = await ada.at(other).get('/checkout');
    expect([shown(again.text, 'count'), shown(again.text, 'process')]).toEqual(['1', 'B']);
    expect(again.text).not.toContain('is in your basket');
  });

  it('lose nothing of what is put into a basket at both of them at once', async () => {
    const bob = await signIn(one, 'bob');
    const adding = Array.from({ length: EACH }, (_, turn) => [
      bob
        .copy()
        .at(one)
        .post('/api/basket', { product: turn % 2 ? 'bread' : 'cheese' }),
      bob.copy().at(other).post('/api/basket', { product: 'bread' }),
    ]);
    const answers = await Promise.all(adding.flat());
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 303));
    const { text } = await bob.at(other).get('/checkout');
    expect(shown(text, 'count')).toBe(String(2 * EACH));
    const rows = [...text.matchAll(/<th scope="row"[^>]*>([^<]*)<\/th><td[^>]*>(\d+)</g)].map(([, ...row]) => row);
    expect(rows).toEqual([
      ['Rye bread', String(1.5 * EACH)],
      ['Goat’s cheese', String(0.5 * EACH)],
    ]);
    expect((await bob.post('/api/order')).location).toBe('/');
    expect(shown((await bob.at(other).get('/')).text, 'count')).toBe('0');
  });

  it('end a session in both of them that is ended in one', async () => {
    const cyd = await signIn(one, 'cyd');
    const kept = cyd.copy().at(other);
    expect((await kept.get('/checkout')).status).toBe(200);
    await cyd.post('/api/logout');
    expect((await kept.get('/checkout')).location).toBe('/login?returnTo=%2Fcheckout');
    expect((await kept.post('/api/order')).status).toBe(401);
  });

  it('show the goods while Redis is away, refuse the rest with 503, and are well again by themselves', async () => {
    const dan = await signIn(one, 'dan');
    await dan.post('/api/basket', { product: 'cheese' });
    await redis.kill();
    for (const server of [one, other]) {
      const goods = await dan.at(server).get('/');
      expect([goods.status, shown(goods.text, 'name')]).toEqual([200, undefined]);
      expect(goods.text).toContain('Rye bread');
      expect((await dan.at(server).get('/checkout')).status).toBe(503);
      expect((await dan.at(server).post('/api/order')).status).toBe(503);
      expect((await dan.at(server).post('/api/basket', { product: 'cheese' })).status).toBeGreaterThanOrEqual(500);
    }
    await redis.resume();
    for (const server of [one, other]) {
      const deadline = Date.now() + RECOVERY;
      while (Date.now() < deadline && (await dan.at(server).get('/checkout')).status !== 200) await pass(50);
      const basket = await dan.at(server).get('/checkout');
      expect([basket.status, shown(basket.text, 'name'), shown(basket.text, 'count')]).toEqual([200, 'dan', '1']);
    }
  });
});
