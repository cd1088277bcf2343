import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { askStore } from '../../../../lib/cli/doctor/ask-store.js';
import { SessionId } from '../../../../lib/session/record/session-id.js';
import type { RedisOptions } from '../../../../lib/session/stores/redis/redis-options.js';
import { RedisRevocationList } from '../../../../lib/session/stores/redis/redis-revocation-list.js';
import { RedisSessionStore } from '../../../../lib/session/stores/redis/redis-session-store.js';
import type { MakeStore } from '../../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { describeRandomRequests } from '../../../support/model/random-requests.js';
import { changesOf } from '../../../support/records.js';
import { command, RedisCluster, RedisSentinels } from '../../../support/redis-cluster.js';
import type { RedisServer } from '../../../support/redis-server.js';
import { describeEpochs, describeRevocationList } from '../../../support/revocation-lists.js';

let count = 0;
const open: { close(): Promise<void> }[] = [];
const RECOVERY = 10_000;

function storeAt(options: () => RedisOptions): MakeStore<RedisSessionStore> {
  return ({ clock }) => {
    count += 1;
    const store = new RedisSessionStore({ timeout: 10, ...options(), keyPrefix: `place-${count}:` }, clock);
    open.push(store);
    return store;
  };
}

/** Runs everything that holds for a store and a list, each with a connection of its own. */
function describePlace(name: string, options: () => RedisOptions): void {
  const list = () => {
    count += 1;
    const made = new RedisRevocationList({ timeout: 10, ...options(), keyPrefix: `place-${count}:` });
    open.push(made);
    return made;
  };
  describe(name, () => {
    describeSessionStore('Sessions', storeAt(options), { listsSessions: true });
    describeRevocationList('A revocation list', list);
    describeEpochs('A revocation list', list);
  });
}

/** Tries until it succeeds, for as long as a fail-over may take. */
async function recovered<Result>(attempt: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + RECOVERY;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
}

/** Stores sessions, and returns their ids. */
async function written(store: RedisSessionStore): Promise<string[]> {
  const ids = Array.from({ length: 30 }, () => SessionId.generate());
  await recovered(() => store.assertKeeps());
  await Promise.all(ids.map((id) => recovered(() => store.write(changesOf({ id, set: { cart: 1 } })))));
  return ids;
}

// Each has connections of its own, and hundreds of them would be more than a machine has time for.
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

describe('A cluster of three primaries', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  });
  afterAll(() => cluster.remove());

  const place = () => ({ cluster: cluster.nodes });
  describePlace('by its nodes', place);
  describeRandomRequests('Sessions by its nodes', storeAt(place));

  it('is known to the doctor', async () => {
    const root = process.cwd();
    const asked = (nodes: string[]) => askStore({ use: 'redis', cluster: nodes }, { root, redisUrl: undefined });
    expect(await asked(cluster.nodes)).toEqual({ state: 'well' });
    expect(await asked(['127.0.0.1:1'])).toMatchObject({
      state: 'away',
      reason: expect.stringContaining('Redis at 127.0.0.1:1 does not answer PING'),
      cure: expect.stringContaining('Nothing listens there'),
    });
    const one = { use: 'redis' as const, url: cluster.primaries[0]?.url };
    const store = new RedisSessionStore(one);
    open.push(store);
    const writing = Promise.all(Array.from({ length: 20 }, () => store.write(changesOf({ set: { cart: 1 } }))));
    await expect(writing).rejects.toMatchObject({ cure: expect.stringContaining("cluster: ['redis://a:7000'") });
  });

  it('has sessions on each, which are found although the list of their user is gone', async () => {
    const place = { cluster: cluster.nodes, keyPrefix: 'spread[*]:', timeout: 10 };
    const store = new RedisSessionStore(place, new FrozenClock());
    open.push(store);
    for (let begun = 0; begun < 30; begun++) await store.write(changesOf({ set: { userId: 'ada' } }));
    for (let begun = 0; begun < 9; begun++) await store.write(changesOf({ set: { userId: 'bob' } }));
    for (const server of cluster.primaries) {
      const keys = (await command(server, 'KEYS', 'spread*')) as string[];
      expect(keys.length).toBeGreaterThan(1);
      for (const key of keys) if (key.includes(':user:')) await command(server, 'DEL', key);
    }
    const [, second] = cluster.primaries as [RedisServer, RedisServer, RedisServer];
    expect(await store.list('ada')).toEqual([]);
    expect(await store.list('ada', { isThorough: true })).toHaveLength(30);
    const warnings = jest.spyOn(console, 'warn').mockImplementation(() => {});
    await command(second, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await store.list('ada')).toHaveLength(30);
    expect(warnings).toHaveBeenCalledTimes(1);
    warnings.mockRestore();
    await command(second, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  });
});

describe('A cluster whose primary is gone', () => {
  it('is used again by itself once a replica has taken its place, and has all sessions', async () => {
    const cluster = await RedisCluster.start(1);
    try {
      const store = new RedisSessionStore({ cluster: cluster.nodes, replicas: 1, timeout: 5 }, new FrozenClock());
      open.push(store);
      const ids = await written(store);
      await cluster.kill();
      for (const id of ids) expect((await recovered(async () => store.read(id)))?.values.get('cart')).toBe(1);
    } finally {
      await cluster.remove();
    }
  });
});

describe('A primary that Sentinels watch', () => {
  let sentinels: RedisSentinels;
  const place = () => ({ sentinel: { name: 'main', nodes: sentinels.nodes } });
  beforeAll(async () => {
    sentinels = await RedisSentinels.start();
  });
  afterAll(() => sentinels.remove());

  describePlace('by the Sentinels', place);

  it('is known to the doctor', async () => {
    const root = process.cwd();
    const asked = (nodes: string[]) =>
      askStore({ use: 'redis', sentinel: { name: 'main', nodes } }, { root, redisUrl: undefined });
    expect(await asked(sentinels.nodes)).toEqual({ state: 'well' });
    expect(await asked(['127.0.0.1:1'])).toMatchObject({
      state: 'away',
      reason: expect.stringContaining('Redis at main (Sentinel) does not answer PING'),
    });
  });

  it('is asked many things at once on one connection', async () => {
    const store = new RedisSessionStore({ ...place(), timeout: 10 }, new FrozenClock());
    open.push(store);
    await Promise.all(Array.from({ length: 50 }, () => store.write(changesOf({ set: { userId: 'many' } }))));
    expect(await store.list('many')).toHaveLength(50);
  });

  it('is replaced by its replica within ten seconds when it is gone, with all that it acknowledged', async () => {
    const [store, strict, own] = [
      new RedisSessionStore({ ...place(), replicas: 1, timeout: 5 }, new FrozenClock()),
      new RedisSessionStore({ ...place(), replicas: 1, timeout: 2 }, new FrozenClock()),
      new RedisSessionStore({ ...place(), timeout: 5 }, new FrozenClock()),
    ];
    open.push(store, strict, own);
    await sentinels.watchClosely();
    const ids = await written(store);
    await sentinels.primary.kill();
    for (const id of ids) expect((await recovered(async () => store.read(id)))?.values.get('cart')).toBe(1);
    await recovered(() => strict.assertKeeps());
    const waiting = strict.write(changesOf({ set: { cart: 1 } }));
    await expect(waiting).rejects.toThrow('reached 0 of 1 replicas');
    expect(await recovered(() => own.write(changesOf({ set: { cart: 1 } })))).toBeDefined();
  });
});
