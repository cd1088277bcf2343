import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionId } from '../../lib/session/record/session-id.js';
import { RedisSessionStore } from '../../lib/session/stores/redis/redis-session-store.js';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { FrozenClock } from '../support/frozen-clock.js';
import { changesOf } from '../support/records.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { visitedSite } from '../support/visited-site.js';

let redis: RedisServer;
let address: TcpProxy;

beforeAll(async () => {
  redis = await RedisServer.start();
  address = await TcpProxy.to(redis);
  address.delay = 15;
});
afterAll(async () => {
  await address.stop();
  await redis.remove();
});

/** How often Redis is asked and waited for. */
async function turnsOf(run: () => unknown): Promise<number> {
  const before = address.turns;
  await run();
  return address.turns - before;
}

describe('Redis is asked once', () => {
  let store: RedisSessionStore;
  beforeAll(async () => {
    store = new RedisSessionStore({ url: `redis://127.0.0.1:${address.port}` }, new FrozenClock());
    await store.assertKeeps();
  });
  afterAll(() => store.close());

  const begun = async (values: Record<string, unknown>) => {
    const opened = await store.read((await store.write(changesOf({ set: values }))) ?? '');
    if (!opened) throw new Error('It is not there.');
    return opened;
  };

  it('to read a session, and to change one', async () => {
    const opened = await begun({ userId: 'ada' });
    expect(await turnsOf(() => store.read(opened.id))).toBe(1);
    expect(await turnsOf(() => store.write(changesOf({ ...opened, opened, set: { cart: 1 } })))).toBe(1);
  });

  it('at a sign-in, be it of a new visitor or of one who has a session', async () => {
    expect(await turnsOf(() => store.write(changesOf({ set: { userId: 'bob' } })))).toBe(1);
    const opened = await begun({ cart: 1 });
    const id = SessionId.generate();
    const signIn = changesOf({ ...opened, opened, id, hasSignedIn: true, set: { userId: 'bob' } });
    expect(await turnsOf(() => store.write(signIn))).toBe(1);
    const carts = (await store.list('bob')).map(({ record }) => record.values.get('cart'));
    expect(carts.sort()).toEqual([1, undefined]);
    expect(await store.read(opened.id)).toBeUndefined();
  });

  it('to move a session which another request changes meanwhile, and again to find out how', async () => {
    const opened = await begun({ cart: 1 });
    await store.write(changesOf({ ...opened, opened, set: { wish: 1 } }));
    const moving = changesOf({
      ...opened,
      opened,
      id: SessionId.generate(),
      hasSignedIn: true,
      set: { userId: 'eve' },
    });
    // Refused and taken off the list, read, moved.
    expect(await turnsOf(() => store.write(moving))).toBe(4);
    const [found, ...others] = await store.list('eve');
    expect(Object.fromEntries(found?.record.values ?? [])).toEqual({ cart: 1, wish: 1, userId: 'eve' });
    expect(others).toEqual([]);
  });
});

describe('A site whose sessions are in Redis asks it once', () => {
  let app: App;
  let server: Server;
  beforeAll(async () => {
    app = await App.create(undefined, visitedSite("{ store: 'redis' }")).build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, REDIS_URL: `redis://127.0.0.1:${address.port}` });
    await new Browser(server).post('/put?key=warm&value=up');
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  it('to show a page, and once more when the page changes the session or signs its visitor in', async () => {
    const browser = new Browser(server);
    expect(await turnsOf(() => browser.get('/'))).toBe(0);
    expect(await turnsOf(() => browser.post('/enter?as=ada'))).toBe(1);
    expect(await turnsOf(() => browser.get('/account'))).toBe(1);
    expect(await turnsOf(() => browser.post('/put?key=a&value=b'))).toBe(2);
    const guest = new Browser(server);
    expect(await turnsOf(() => guest.post('/put?key=a&value=b'))).toBe(1);
    expect(await turnsOf(() => guest.post('/enter?as=bob'))).toBe(2);
    expect(JSON.parse((await guest.get('/account')).text)).toEqual({ userId: 'bob', a: 'b' });
  });
});
