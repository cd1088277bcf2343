import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient, createCluster } from 'redis';
import { Clock } from '../../../../lib/base/clock.js';
import { SessionId } from '../../../../lib/session/record/session-id.js';
import { SecurityEvents } from '../../../../lib/session/security-events.js';
import { SessionConfig } from '../../../../lib/session/session-config.js';
import { SessionRegistry } from '../../../../lib/session/session-registry.js';
import { RedisSessionStore } from '../../../../lib/session/stores/redis/redis-session-store.js';
import { NoRevocationList } from '../../../../lib/session/stores/revocation-list.js';
import type { MakeStore } from '../../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { describeRandomRequests } from '../../../support/model/random-requests.js';
import { changesOf } from '../../../support/records.js';
import { RedisServer } from '../../../support/redis-server.js';

let redis: RedisServer;
let client: ReturnType<typeof createClient>;

beforeAll(async () => {
  redis = await RedisServer.start();
  client = createClient({ url: redis.url });
  client.on('error', () => {});
  await client.connect();
});
afterAll(async () => {
  client.destroy();
  await redis.remove();
});

/** A point at which something waits until it is opened. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** @throws After ten seconds. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('It did not come to that.');
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** Returns what a session has in its cart, and nothing while the store cannot be asked. */
async function cartIn(store: RedisSessionStore, token: string): Promise<unknown> {
  return Promise.resolve(store.read(token)).then(
    (record) => record?.values.get('cart'),
    () => undefined,
  );
}

let count = 0;
const inRedis: MakeStore<RedisSessionStore> = ({ clock }) => {
  count += 1;
  return new RedisSessionStore({ client, keyPrefix: `kit-${count}:`, timeout: 10 }, clock);
};

describeSessionStore('Sessions in Redis', inRedis, { listsSessions: true });
describeRandomRequests('Sessions in Redis', inRedis);

describe('A Redis session store', () => {
  const stores: RedisSessionStore[] = [];
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  function start(
    options: { timeout?: number; keyPrefix?: string } = {},
    clock: Clock = new FrozenClock(),
  ): RedisSessionStore {
    const store = new RedisSessionStore({ url: redis.url, ...options }, clock);
    stores.push(store);
    return store;
  }

  it('connects on first use and shares its sessions with other processes', async () => {
    const [one, other] = [start(), start()];
    const token = (await one.write(changesOf({ set: { cart: 1 } }))) ?? '';
    expect((await other.read(token))?.values.get('cart')).toBe(1);
    await other.destroy(token);
    expect(await one.read(token)).toBeUndefined();
  });

  it('lets Redis drop expired sessions', async () => {
    const store = start({ keyPrefix: 'expiring:' }, new Clock());
    const expiresAt = Date.now() + 60_000;
    const token = (await store.write(changesOf({ expiresAt, set: { cart: 1 } }))) ?? '';
    const [key = ''] = await client.keys('expiring:*');
    expect(key).toBe(`expiring:${SessionId.fingerprint(token)}`);
    expect(await client.pExpireTime(key)).toBe(expiresAt);
    const opened = await store.read(token);
    await store.write(changesOf({ ...opened, opened, expiresAt: Date.now() + 50, set: { cart: 2 } }));
    await until(async () => (await client.exists(key)) === 0);
  });

  it('stores a session whose expiry time has a fraction of a millisecond', async () => {
    const store = start();
    const expiresAt = new FrozenClock().now() + 60_000.5;
    const userId = `half-${expiresAt}`;
    const token = (await store.write(changesOf({ expiresAt, set: { userId } }))) ?? '';
    const opened = await store.read(token);
    await store.write(changesOf({ opened, id: token, expiresAt: expiresAt + 0.25, set: { userId, cart: 1 } }));
    expect((await store.read(token))?.values.get('cart')).toBe(1);
    expect(await store.list(userId)).toHaveLength(1);
  });

  it('lists a session once it is stored, however slowly that happens', async () => {
    const isAsked = gate();
    const mayStore = gate();
    const slow = {
      isOpen: true,
      connect: () => client.connect(),
      destroy: () => {},
      on: () => {},
      hmGet: (key: string, fields: string[]) => client.hmGet(key, fields),
      async eval(script: string, options: { keys: string[]; arguments: string[] }) {
        // This can be slow on a cluster, where a user and a session are usually on different machines.
        if (script.includes('HSET')) {
          isAsked.open();
          await mayStore.opened;
        }
        return client.eval(script, options);
      },
      get: (key: string) => client.get(key),
      del: (key: string) => client.del(key),
      zRem: (key: string, member: string) => client.zRem(key, member),
      zRange: (key: string, from: number, to: number) => client.zRange(key, from, to),
    };
    const store = new RedisSessionStore({ client: slow, keyPrefix: 'slow:' }, new FrozenClock());
    const writing = store.write(changesOf({ set: { userId: 'ada' } }));
    await isAsked.opened;
    expect(await store.list('ada')).toEqual([]);
    mayStore.open();
    await writing;
    expect(await store.list('ada')).toHaveLength(1);
  });

  it('does not list sessions that were emptied, or ended before they were written', async () => {
    const store = start({ keyPrefix: 'left:' });
    const begin = async () => store.read((await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '');
    const [emptied, ended] = [await begin(), await begin()];
    await store.write(changesOf({ ...emptied, opened: emptied, unset: ['userId'] }));
    await store.destroy(ended?.id ?? '');
    await store.write(changesOf({ ...ended, opened: ended, set: { cart: 1 } }));
    expect(await client.keys('left:user:*')).toEqual([]);
  });

  it('accepts a session that has already expired when it is written, and does not list it', async () => {
    const store = start({ keyPrefix: 'over:' });
    const over = new FrozenClock().now() - 1;
    expect(await store.write(changesOf({ expiresAt: over, set: { userId: 'ada' } }))).toBeDefined();
    expect(await client.keys('over:user:*')).toEqual([]);
  });

  it('lists and ends fifty thousand sessions of one user', async () => {
    const store = start({ keyPrefix: 'many:' });
    for (let begun = 0; begun < 50_000; begun += 1_000) {
      await Promise.all(Array.from({ length: 1_000 }, () => store.write(changesOf({ set: { userId: 'ada' } }))));
    }
    const config = SessionConfig.from({}, { isProduction: false });
    const clock = new FrozenClock();
    const registry = new SessionRegistry(store, new NoRevocationList(), config, clock, new SecurityEvents(clock));
    expect(await registry.list('ada')).toHaveLength(50_000);
    await registry.revokeAll('ada');
    expect(await client.keys('many:*')).toEqual([]);
  }, 120_000);

  it('leaves no keys for a session that had expired for Redis when it was written', async () => {
    const store = start({ keyPrefix: 'late:' });
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const opened = await store.read(token);
    await store.write(changesOf({ ...opened, opened, expiresAt: Date.now() - 1_000, set: { cart: 2 } }));
    expect(await client.keys('late:*')).toEqual([]);
  });

  it('contains nothing that could be used as a cookie', async () => {
    const store = start({ keyPrefix: 'dumped:' });
    const token = (await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
    const opened = await store.read(token);
    const next = SessionId.generate();
    await store.write(changesOf({ ...opened, opened, id: next }));
    const keys = await client.keys('dumped:*');
    const contentsOf = async (key: string) =>
      (await client.type(key)) === 'zset' ? client.zRange(key, 0, -1) : client.hGetAll(key);
    const dump = JSON.stringify([keys, await Promise.all(keys.map(contentsOf))]);
    expect(keys).toHaveLength(3);
    for (const secret of [token, next]) expect(dump).not.toContain(secret);
  });

  it('sends one command per read, and one per write without a conflict', async () => {
    const store = start();
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const asked = async (run: () => Promise<unknown>) => {
      await client.configResetStat();
      await run();
      const stats = await client.info('commandstats');
      return [...stats.matchAll(/cmdstat_(hmget|eval|evalsha|del):calls=(\d+)/g)].map(
        ([, name, calls]) => `${name} ${calls}`,
      );
    };
    const opened = await store.read(token);
    expect(await asked(async () => store.read(token))).toEqual(['hmget 1']);
    expect(await asked(() => store.write(changesOf({ ...opened, opened, set: { cart: 2 } })))).toEqual(['eval 1']);
  });

  it('rejects after its timeout while Redis does not answer, and works again when it does', async () => {
    const store = start({ timeout: 1 });
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    redis.pause();
    const begun = Date.now();
    await expect(store.read(token)).rejects.toThrow('Redis did not answer within 1000 ms.');
    expect(Date.now() - begun).toBeLessThan(4_000);
    redis.unpause();
    await until(async () => (await cartIn(store, token)) === 1);
  });

  it('rejects while Redis is down, and works again with its sessions after a restart', async () => {
    const store = start({ timeout: 1 });
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    await redis.kill();
    await expect(store.read(token)).rejects.toThrow();
    await redis.resume();
    await until(async () => (await cartIn(store, token)) === 1);
  });
});

describe('A Redis cluster', () => {
  let server: RedisServer;
  let cluster: ReturnType<typeof createCluster>;
  let count = 0;

  beforeAll(async () => {
    server = await RedisServer.start('--cluster-enabled', 'yes');
    const node = createClient({ url: server.url });
    await node.connect();
    // One node holds all slots, and still rejects commands over keys of several slots as a larger cluster does.
    await node.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']);
    while (!(await node.sendCommand<string>(['CLUSTER', 'INFO'])).includes('cluster_state:ok')) {
      await new Promise((wake) => setTimeout(wake, 50));
    }
    node.destroy();
    cluster = createCluster({ rootNodes: [{ url: server.url }] });
    cluster.on('error', () => {});
    await cluster.connect();
  }, 30_000);
  afterAll(async () => {
    cluster.destroy();
    await server.remove();
  });

  it('rejects commands over keys of several slots', async () => {
    const command = cluster.eval('return 1', { keys: ['a', 'b'], arguments: [] });
    await expect(command).rejects.toThrow("don't hash to the same slot");
  });

  const inCluster: MakeStore<RedisSessionStore> = ({ clock }) => {
    count += 1;
    return new RedisSessionStore({ client: cluster, keyPrefix: `cluster-${count}:`, timeout: 10 }, clock);
  };

  describeSessionStore('Sessions in a cluster', inCluster, { listsSessions: true });
  describeRandomRequests('Sessions in a cluster', inCluster);
});
