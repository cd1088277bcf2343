import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { App, SECRET, type Server } from '../support/app.js';
import { CHOSEN_STORE_SITE, expectSharedSessions } from '../support/chosen-store-site.js';
import { RedisServer } from '../support/redis-server.js';

const PASSWORD = 'known-to-the-server-alone';

describe("The store { use: 'redis' } of the setup module", () => {
  let app: App;
  let redis: RedisServer;
  const servers: Server[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start('--requirepass', PASSWORD);
    app = await App.create(undefined, CHOSEN_STORE_SITE).build();
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await redis.remove();
    app.remove();
  });

  it('takes its address, with a password, from the environment of the server, and serves two processes', async () => {
    const url = redis.url.replace('//', `//:${PASSWORD}@`);
    const environment = { GATEHOUSE_SECRET: SECRET, STORE: 'redis', SESSIONS_URL: url };
    const [first, second] = [await app.serve(environment), await app.serve(environment)] as const;
    servers.push(first, second);
    const browser = await expectSharedSessions(first, second, 'RedisSessionStore');
    await browser.get('/count');
    const client = createClient({ url });
    await client.connect();
    expect((await client.keys('*')).filter((key) => !key.startsWith('shop:'))).toEqual([]);
    expect((await client.keys('shop:*')).length).toBeGreaterThan(0);
    client.destroy();
  });
});
