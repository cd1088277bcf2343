import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis as Upstash } from '@upstash/redis';
import { Cluster, Redis } from 'ioredis';
import {
  ioredisCommands,
  type RedisCommands,
  upstashCommands,
} from '../../../../lib/session/stores/redis/redis-commands.js';
import { RedisRevocationList } from '../../../../lib/session/stores/redis/redis-revocation-list.js';
import { RedisSessionStore } from '../../../../lib/session/stores/redis/redis-session-store.js';
import type { MakeStore } from '../../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { changesOf } from '../../../support/records.js';
import { command, RedisCluster } from '../../../support/redis-cluster.js';
import { RedisServer } from '../../../support/redis-server.js';
import { describeEpochs, describeRevocationList } from '../../../support/revocation-lists.js';
import { UpstashServer } from '../../../support/upstash-server.js';

let count = 0;
const ofItsOwn = () => {
  count += 1;
  return { keyPrefix: `client-${count}:`, timeout: 10 };
};

/** Runs everything that holds for a store and a list, through one client. */
function describeClient(name: string, client: () => RedisCommands): void {
  const inRedis: MakeStore<RedisSessionStore> = ({ clock }) =>
    new RedisSessionStore({ client: client(), ...ofItsOwn() }, clock);
  const list = () => new RedisRevocationList({ client: client(), ...ofItsOwn() });

  describe(name, () => {
    describeSessionStore('Sessions', inRedis, { listsSessions: true });
    describeRevocationList('A revocation list', list);
    describeEpochs('A revocation list', list);

    it('finds the sessions of a user whose list is gone, and stays open when the store is closed', async () => {
      const store = new RedisSessionStore({ client: client(), ...ofItsOwn() }, new FrozenClock());
      const ids = await Promise.all([1, 2, 3].map(() => store.write(changesOf({ set: { userId: 'ada' } }))));
      await store.write(changesOf({ set: { userId: 'bob' } }));
      for (const send of await client().servers()) {
        const [, keys] = (await send('SCAN', '0', 'MATCH', `client-${count}:user:*`, 'COUNT', '100000')) as [
          string,
          string[],
        ];
        for (const key of keys) await client().eval(`return redis.call('DEL', KEYS[1])`, [key], []);
      }
      expect(await store.list('ada', { isThorough: true })).toHaveLength(3);
      await store.close();
      expect((await store.read(ids[0] ?? ''))?.values.get('userId')).toBe('ada');
    });
  });
}

let redis: RedisServer;
let cluster: RedisCluster;
let upstash: UpstashServer;
let single: Redis;
let prefixed: Redis;
let several: Cluster;
let overHttp: Upstash;

beforeAll(async () => {
  [redis, cluster] = await Promise.all([RedisServer.start(), RedisCluster.start()]);
  upstash = await UpstashServer.before(redis);
  single = new Redis(redis.url);
  prefixed = new Redis(redis.url, { keyPrefix: 'app[1]:' });
  several = new Cluster(cluster.primaries.map(({ port }) => ({ host: '127.0.0.1', port })));
  overHttp = new Upstash({ url: upstash.url, token: upstash.token, enableTelemetry: false, retry: false });
});
afterAll(async () => {
  for (const client of [single, prefixed, several]) client.disconnect();
  await upstash.stop();
  await Promise.all([redis.remove(), cluster.remove()]);
});

describeClient('Through ioredis', () => ioredisCommands(single));
describeClient('Through a cluster of ioredis', () => ioredisCommands(several));
describeClient('Through @upstash/redis', () => upstashCommands(overHttp));

describe('A client of the application', () => {
  it('may have a prefix of its own, with which all sessions of a user are found', async () => {
    const store = new RedisSessionStore({ client: ioredisCommands(prefixed), ...ofItsOwn() }, new FrozenClock());
    await store.write(changesOf({ set: { userId: 'ada' } }));
    expect(await command(redis, 'KEYS', `app*client-${count}:*`)).toHaveLength(2);
    await prefixed.del(
      ...((await command(redis, 'KEYS', `app*client-${count}:user:*`)) as string[]).map((key) =>
        key.slice('app[1]:'.length),
      ),
    );
    expect(await store.list('ada', { isThorough: true })).toHaveLength(1);
  });

  it('is reported with its cause when its token is wrong', async () => {
    const client = upstashCommands(new Upstash({ url: upstash.url, token: 'wrong', retry: false }));
    const store = new RedisSessionStore({ client }, new FrozenClock());
    const error: Error & { cure?: string } = await store.write(changesOf({ set: { cart: 'secret' } })).then(
      () => new Error('It did not fail.'),
      (failure) => failure,
    );
    expect(error.cure).toContain('It refuses the user or the password');
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });
});
