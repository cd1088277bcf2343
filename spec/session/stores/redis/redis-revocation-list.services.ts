import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createClient } from 'redis';
import { RedisRevocationList } from '../../../../lib/session/stores/redis/redis-revocation-list.js';
import { RedisServer } from '../../../support/redis-server.js';
import { describeEpochs, describeRevocationList } from '../../../support/revocation-lists.js';

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

function inRedis(): RedisRevocationList {
  count += 1;
  return new RedisRevocationList({ client, keyPrefix: `list-${count}:` });
}
describeRevocationList('A revocation list in Redis', inRedis);
describeEpochs('A revocation list in Redis', inRedis);

it('A revocation list in Redis stores all that it knows of a user in one entry', async () => {
  const list = listAt('one:');
  const until = Date.now() + 60_000;
  await list.epochOf('ada', until);
  await list.revokeBefore('ada', Date.now(), until);
  await list.endSession('print', Date.now(), until, 'ada');
  expect(await client.keys('one:*')).toHaveLength(1);
});

it('A revocation list in Redis gives a user another epoch when Redis has lost the entry', async () => {
  const list = listAt('lost:');
  const until = Date.now() + 60_000;
  const epoch = await list.epochOf('ada', until);
  await client.del(await client.keys('lost:*'));
  expect(await list.find('ada', undefined)).toEqual({ hasEnded: false, epoch: null });
  expect(await list.epochOf('ada', until)).not.toBe(epoch);
});

it('A revocation list in Redis forgets ended sessions once they have expired', async () => {
  const list = listAt('over:');
  await list.epochOf('ada', Date.now() + 60_000);
  await list.endSession('early', Date.now(), Date.now() + 50, 'ada');
  await new Promise((wake) => setTimeout(wake, 80));
  await list.endSession('late', Date.now(), Date.now() + 60_000, 'ada');
  const [key = ''] = await client.keys('over:*');
  expect((await client.hKeys(key)).sort()).toEqual(['epoch', 'session:late']);
});

it('A revocation list in Redis reads and continues the entries of earlier versions', async () => {
  const list = listAt('early:');
  const now = Date.now();
  const until = now + 60_000;
  await list.revokeBefore('ada', now, until);
  await list.endSession('print', now, until);
  for (const key of await client.keys('early:*')) {
    const time = (await client.hGet(key, 'time')) ?? '';
    await client.del(key);
    await client.set(key, time, { expiration: { type: 'PXAT', value: until } });
  }
  expect(await list.find('ada', 'print')).toEqual({ notBefore: now, hasEnded: true, epoch: null });
  const epoch = await list.epochOf('ada', now + 1_000);
  expect(await list.find('ada', 'print')).toEqual({ notBefore: now, hasEnded: true, epoch });
  for (const key of await client.keys('early:*')) expect(await client.pTTL(key)).toBeGreaterThan(30_000);
});

it('A revocation list in Redis is dropped by Redis after its expiry, and reveals no user', async () => {
  const list = listAt('dropped:');
  // Connects before the time runs.
  await list.notBefore('ada@example.com');
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

it('A revocation list in Redis revokes although the server has been set to evict keys, and logs that', async () => {
  const dropping = await RedisServer.start();
  const list = new RedisRevocationList({ url: dropping.url });
  const settings = createClient({ url: dropping.url });
  try {
    await settings.connect();
    await list.revokeBefore('ada', Date.now(), Date.now() + 60_000);
    await settings.configSet('maxmemory-policy', 'allkeys-lru');
    const warnings = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const now = Date.now() + 1;
    await list.revokeBefore('ada', now, now + 60_000);
    expect(await list.notBefore('ada')).toBe(now);
    expect(warnings.mock.calls).toEqual([[expect.stringContaining('maxmemory-policy allkeys-lru')]]);
    warnings.mockRestore();
  } finally {
    settings.destroy();
    await list.close();
    await dropping.remove();
  }
});
