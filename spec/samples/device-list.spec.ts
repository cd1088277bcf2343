import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';

describe('The device-list sample, built and served by two processes', () => {
  let app: App;
  let one: Server;
  let other: Server;

  beforeAll(async () => {
    app = await App.create('samples/device-list').build();
    [one, other] = await Promise.all([app.serve(), app.serve()]);
  });
  afterAll(async () => {
    await Promise.all([one.stop(), other.stop()]);
    app.remove();
  });

  async function signIn(server: Server, name: string, label: string, userAgent = 'Firefox'): Promise<Browser> {
    const browser = new Browser(server);
    const answer = await browser.post('/api/login', { name, label }, { headers: { 'user-agent': userAgent } });
    expect(answer.location).toBe('/devices');
    return browser;
  }
  const devicesIn = async (browser: Browser) =>
    [...(await browser.get('/devices')).text.matchAll(/<strong>([^<]*)<\/strong>/g)].map(([, label]) => label).sort();
  const isSignedIn = async (browser: Browser) => (await browser.get('/devices')).status === 200;

  it('sends guests to sign in, and back', async () => {
    const guest = new Browser(one);
    expect((await guest.get('/')).location).toBe('/devices');
    expect((await guest.get('/devices')).location).toBe('/login?returnTo=%2Fdevices');
    expect((await guest.post('/api/devices', { others: '' })).status).toBe(401);
  });

  it('lists what a visitor is signed in on, with what the browser called itself', async () => {
    const laptop = await signIn(one, 'ada', 'Laptop', 'Firefox <b>');
    await signIn(other, 'ada', '');
    await signIn(other, 'eve', 'Tablet');
    expect(await devicesIn(laptop)).toEqual(['A device without a name', 'Laptop']);
    const { text } = await laptop.get('/devices');
    expect(text).toContain('Firefox &lt;b&gt;');
    expect(text.match(/data-current="true"/g)).toHaveLength(1);
  });

  it('ends one session, in both processes, and says so', async () => {
    const [laptop, phone] = [await signIn(one, 'bob', 'Laptop'), await signIn(other, 'bob', 'Phone')];
    const { text } = await laptop.get('/devices');
    const [, id = ''] = /name="id" value="([^"]+)"/.exec(text) ?? [];
    const eve = await signIn(one, 'eve', 'Tablet');
    await eve.post('/api/devices', { id });
    expect((await eve.get('/devices')).text).toContain('There is no such session any more');
    expect(await isSignedIn(phone)).toBe(true);
    await laptop.post('/api/devices', { id });
    expect((await laptop.get('/devices')).text).toContain('That session was ended');
    expect(await Promise.all([phone, phone.copy().at(one), laptop].map(isSignedIn))).toEqual([false, false, true]);
  });

  it('ends all others', async () => {
    const [laptop, phone, tablet] = [
      await signIn(one, 'cyd', 'Laptop'),
      await signIn(other, 'cyd', 'Phone'),
      await signIn(one, 'cyd', 'Tablet'),
    ];
    await laptop.post('/api/devices', { others: '' });
    expect((await laptop.get('/devices')).text).toContain('2 other sessions were ended');
    expect(await Promise.all([laptop, phone, tablet].map(isSignedIn))).toEqual([true, false, false]);
  });

  it('lets nobody be signed in more than five times', async () => {
    const first = await signIn(one, 'dan', 'First');
    for (let count = 0; count < 5; count++) await signIn(count % 2 ? one : other, 'dan', `Device ${count}`);
    expect(await isSignedIn(first)).toBe(false);
    expect(await devicesIn(await signIn(other, 'dan', 'Last'))).toHaveLength(5);
  });

  it('outlives a restart', async () => {
    const laptop = await signIn(one, 'fay', 'Laptop');
    await one.stop();
    one = await app.serve();
    expect(await isSignedIn(laptop.at(one))).toBe(true);
  });
});
