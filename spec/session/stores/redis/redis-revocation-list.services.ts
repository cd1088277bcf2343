import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { RedisRevocationList } from '../../../../lib/session/stores/redis/redis-revocation-list.js';
import { RedisServer } from '../../../support/redis-server.js';
import { describeRevocationList } from '../../../support/revocation-lists.js';

let redis: RedisServer;
let client: ReturnType<typeof createClient>;
let count = 0;
/** The lists with a connection of their own. One that a failed case leaves open would keep the process from ending. */
const own: RedisRevocationList[] = [];

function listAt(keyPrefix: string): RedisRevocationList {
  const list = new RedisRevocationList({ url: redis.url, keyPrefix });
  own.push(list);
  return list;
}

beforeAll(async () => {
  redis = await RedisServer.start();
  client = createClient({ url: redis.url });
  client.on('error', () => {});
  await client.connect();
});
afterAll(async () => {
  await Promise.all(own.map((list) => list.close()));
  client.destroy();
  await redis.remove();
});

describeRevocationList('A revocation list in Redis', () => {
  count += 1;
  return new RedisRevocationList({ client, keyPrefix: `list-${count}:` });
});

it('A revocation list in Redis is dropped by Redis after its expiry, and reveals no user', async () => {
  const list = listAt('dropped:');
  await list.revokeBefore('ada@example.com', Date.now(), Date.now() + 1500);
  const keys = await client.keys('dropped:*');
  expect(keys).toHaveLength(1);
  expect(keys.join()).not.toContain('ada');
  while ((await client.keys('dropped:*')).length > 0) await new Promise((wake) => setTimeout(wake, 100));
  expect(await list.notBefore('ada@example.com')).toBeUndefined();
});

it('A revocation list in Redis is not dropped early when an earlier call arrives late', async () => {
  const list = listAt('late:');
  const now = Date.now();
  await list.revokeBefore('ada', now + 2, now + 60_000);
  await list.revokeBefore('ada', now, now + 100);
  const [key = ''] = await client.keys('late:*');
  expect(await client.pTTL(key)).toBeGreaterThan(30_000);
  expect(await list.notBefore('ada')).toBe(now + 2);
});

it('A revocation list in Redis accepts times with fractions of a millisecond', async () => {
  const list = listAt('half:');
  await list.revokeBefore('ada', 1_000.5, Date.now() + 60_000.5);
  expect(await list.notBefore('ada')).toBe(1_000.5);
});

it('A revocation list in Redis rejects a write once the server has been set to evict keys', async () => {
  const dropping = await RedisServer.start();
  const list = new RedisRevocationList({ url: dropping.url });
  const settings = createClient({ url: dropping.url });
  try {
    await settings.connect();
    await list.revokeBefore('ada', Date.now(), Date.now() + 60_000);
    await settings.configSet('maxmemory-policy', 'allkeys-lru');
    await expect(list.revokeBefore('ada', Date.now(), Date.now() + 60_000)).rejects.toThrow(
      'maxmemory-policy allkeys-lru',
    );
  } finally {
    settings.destroy();
    await list.close();
    await dropping.remove();
  }
});
