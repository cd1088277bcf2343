import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SessionId } from '../../../../lib/session/record/session-id.js';
import type { PostgresPool } from '../../../../lib/session/stores/postgres/postgres-connection.js';
import {
  PostgresSessionStore,
  postgresMigration,
} from '../../../../lib/session/stores/postgres/postgres-session-store.js';
import type { MakeStore } from '../../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { describeRandomRequests } from '../../../support/model/random-requests.js';
import { Pooler } from '../../../support/pooler.js';
import { PostgresServer } from '../../../support/postgres-server.js';
import { changesOf } from '../../../support/records.js';
import { describeRoundTrips } from '../../../support/round-trips.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';

const TABLE = 'gatehouse_sessions';

let server: PostgresServer;
let pool: pg.Pool;

beforeAll(async () => {
  server = await PostgresServer.start();
  pool = new pg.Pool({ connectionString: server.url });
  pool.on('error', () => {});
  await pool.query(postgresMigration());
}, 60_000);
afterAll(async () => {
  await pool.end();
  await server.remove();
});

/** Creates a table of its own for each store, when it is first used: a store of the kit is empty. */
let count = 0;
function inPostgres(ask = () => {}): MakeStore<PostgresSessionStore> {
  return ({ clock }) => {
    count += 1;
    const table = `kit_${count}`;
    let creating: Promise<unknown> | undefined;
    const created: PostgresPool = {
      async query(query) {
        creating ??= pool.query(postgresMigration(table));
        await creating;
        ask();
        return pool.query(query);
      },
    };
    return new PostgresSessionStore({ pool: created, table, timeout: 10 }, clock);
  };
}

describeSessionStore('Sessions in PostgreSQL', inPostgres(), { listsSessions: true });
describeRandomRequests('Sessions in PostgreSQL', inPostgres());
let asked = 0;
describeRoundTrips(
  'PostgreSQL',
  inPostgres(() => asked++),
  () => asked,
);

describe('A PostgreSQL session store', () => {
  const stores: PostgresSessionStore[] = [];
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await pool.query(`TRUNCATE ${TABLE}`);
  });

  function start(options: { timeout?: number; url?: string } = {}, clock = new FrozenClock()): PostgresSessionStore {
    const store = new PostgresSessionStore({ url: server.url, ...options }, clock);
    stores.push(store);
    return store;
  }

  /** A store that counts what it asks, and has asked for the sweep that each process begins with. */
  async function counting(): Promise<{ store: PostgresSessionStore; asked: string[] }> {
    const asked: string[] = [];
    const counted: PostgresPool = {
      query(query) {
        asked.push(query.text.trim().split(/\s/)[0] ?? '');
        return pool.query(query);
      },
    };
    const store = new PostgresSessionStore({ pool: counted }, new FrozenClock());
    await store.write(changesOf({ set: { cart: 1 } }));
    asked.length = 0;
    return { store, asked };
  }

  it('connects on first use and shares its sessions with other processes', async () => {
    const [one, other] = [start(), start()];
    const token = (await one.write(changesOf({ set: { cart: 1 } }))) ?? '';
    expect((await other.read(token))?.values.get('cart')).toBe(1);
    await other.destroy(token);
    expect(await one.read(token)).toBeUndefined();
  });

  it('takes one round trip for a read, a change, and a sign-in of a guest with or without a session', async () => {
    const { store, asked } = await counting();
    const token = (await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
    expect(asked.splice(0)).toEqual(['INSERT']);
    const opened = await store.read(token);
    expect(asked.splice(0)).toEqual(['SELECT']);
    await store.write(changesOf({ ...opened, opened, set: { cart: 1 } }));
    expect(asked.splice(0)).toEqual(['UPDATE']);
    const guest = await store.read((await store.write(changesOf({ set: { cart: 1 } }))) ?? '');
    asked.length = 0;
    const id = SessionId.generate();
    expect(
      await store.write(changesOf({ ...guest, opened: guest, id, hasSignedIn: true, set: { userId: 'ada' } })),
    ).toBe(id);
    expect(asked).toEqual(['WITH']);
    expect((await store.read(id))?.values.get('cart')).toBe(1);
    expect(await store.list('ada')).toHaveLength(2);
  });

  it('leaves nothing under a new id when another request ended the session meanwhile', async () => {
    const store = start();
    const opened = await store.read((await store.write(changesOf({ set: { cart: 1 } }))) ?? '');
    await store.destroy(opened?.id ?? '');
    expect(
      await store.write(changesOf({ ...opened, opened, id: SessionId.generate(), hasSignedIn: true })),
    ).toBeUndefined();
    expect(await server.query(`SELECT key FROM ${TABLE}`)).toEqual([]);
  });

  it('stores any characters, long user ids, and times with a fraction of a millisecond', async () => {
    const store = start();
    const expiresAt = new FrozenClock().now() + 60_000.5;
    for (const userId of ['zero\u0000byte', 'half \ud800', 'x'.repeat(9_000), '💾 Ünï']) {
      const token = (await store.write(changesOf({ expiresAt, set: { userId, text: userId } }))) ?? '';
      const opened = await store.read(token);
      expect(opened?.values.get('text')).toBe(userId);
      await store.write(changesOf({ ...opened, opened, expiresAt: expiresAt + 0.25, set: { cart: 1 } }));
      expect(await store.list(userId)).toHaveLength(1);
    }
  });

  it('contains nothing that could be used as a cookie, and no user id in its columns', async () => {
    const store = start();
    const token = (await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
    const opened = await store.read(token);
    const next = SessionId.generate();
    await store.write(changesOf({ ...opened, opened, id: next }));
    const rows = await server.query(`SELECT * FROM ${TABLE}`);
    expect(rows).toHaveLength(2);
    for (const secret of [token, next]) expect(JSON.stringify(rows)).not.toContain(secret);
    expect(rows.map(({ user_key }) => user_key)).not.toContain('ada');
  });

  it('removes expired sessions in slices, of which several processes each take a different one', async () => {
    await server.query(`INSERT INTO ${TABLE} SELECT 'old-' || i, '{}', 1, 1000, NULL FROM generate_series(1, 2100) i`);
    const writes = await Promise.all(Array.from({ length: 3 }, () => start().write(changesOf({ set: { cart: 1 } }))));
    expect(writes).not.toContain(undefined);
    const left = async () =>
      Number((await server.query(`SELECT count(*) FROM ${TABLE} WHERE key LIKE 'old-%'`))[0]?.count);
    expect(await left()).toBe(600);
    // A store that removed a whole slice continues with its next write.
    const [store] = stores;
    for (let turn = 0; turn < 2; turn++) await store?.write(changesOf({ set: { cart: 1 } }));
    expect(await left()).toBe(0);
  });

  it('does not wait for, and does not remove, an expired session that another request is renewing', async () => {
    await server.query(`INSERT INTO ${TABLE} VALUES ('old-1', '{}', 1, 1000, NULL), ('old-2', '{}', 1, 1000, NULL)`);
    const client = await pool.connect();
    try {
      await client.query(`BEGIN; UPDATE ${TABLE} SET expires_at = 9e15 WHERE key = 'old-1'`);
      await start().write(changesOf({ set: { cart: 1 } }));
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    expect(await server.query(`SELECT key FROM ${TABLE} WHERE key LIKE 'old-%'`)).toEqual([{ key: 'old-1' }]);
  });

  it('loses no change where every transaction of the database is serializable', async () => {
    await server.query('ALTER DATABASE postgres SET default_transaction_isolation = serializable');
    try {
      const [one, other] = [start(), start()];
      const token = (await one.write(changesOf({ set: { count: 0 } }))) ?? '';
      const add = async (store: PostgresSessionStore, number: number) => {
        const opened = await store.read(token);
        await store.write(changesOf({ ...opened, opened, set: { [`value-${number}`]: number } }));
      };
      await Promise.all(Array.from({ length: 20 }, (_, number) => add(number % 2 ? one : other, number)));
      expect((await one.read(token))?.values.size).toBe(21);
    } finally {
      await server.query('ALTER DATABASE postgres RESET default_transaction_isolation');
    }
  });

  it('reports a missing table with the command that creates it', async () => {
    const store = new PostgresSessionStore({ pool, table: 'public.missing' }, new FrozenClock());
    const failure = {
      message: 'PostgreSQL at the pool\'s address: relation "public.missing" does not exist (42P01).',
      cure: 'Create the table: npx astro-gatehouse migrate',
    };
    await expect(store.assertKeeps()).rejects.toMatchObject(failure);
    await expect(store.write(changesOf({ set: { cart: 1 } }))).rejects.toMatchObject(failure);
    await expect(start().assertKeeps()).resolves.toBeUndefined();
  });

  it('keeps its sessions in a table in a schema, with a name that needs quotes', async () => {
    await server.query('CREATE SCHEMA "Auth"');
    const table = 'Auth.User';
    const sql = postgresMigration(table);
    await Promise.all([server.query(sql), server.query('SELECT 1')]);
    await server.query(sql);
    const store = new PostgresSessionStore({ pool, table }, new FrozenClock());
    await store.write(changesOf({ set: { userId: 'ada' } }));
    expect(await server.query('SELECT version FROM "Auth"."User"')).toEqual([{ version: 1 }]);
  });

  it('rejects after its timeout while a lock keeps the table from it, and the statement is not run later', async () => {
    const [store, hasty] = [start(), start({ timeout: 0.3 })];
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const opened = await store.read(token);
    const client = await pool.connect();
    try {
      await client.query(`BEGIN; LOCK TABLE ${TABLE} IN ACCESS EXCLUSIVE MODE`);
      const begun = Date.now();
      await expect(hasty.write(changesOf({ ...opened, opened, set: { cart: 2 } }))).rejects.toThrow();
      expect(Date.now() - begun).toBeLessThan(2_000);
      const waiting = `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'astro-gatehouse' AND wait_event_type = 'Lock'`;
      let [row] = await server.query(waiting);
      for (const end = Date.now() + 5_000; row?.count !== 0 && Date.now() < end; ) [row] = await server.query(waiting);
      expect(row).toEqual({ count: 0 });
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    expect((await store.read(token))?.values.get('cart')).toBe(1);
  });

  it('rejects after its timeout while the server says nothing, and works again when it does', async () => {
    const proxy = await TcpProxy.to(server);
    proxy.target = undefined;
    const store = start({ timeout: 2, url: server.url.replace(String(server.port), String(proxy.port)) });
    try {
      await expect(store.read(SessionId.generate())).rejects.toMatchObject({
        message: expect.stringMatching(/^PostgreSQL at 127\.0\.0\.1:\d+: /),
        cure: expect.stringContaining('nothing answers there'),
      });
      proxy.target = server;
      expect(await store.read(SessionId.generate())).toBeUndefined();
    } finally {
      await proxy.stop();
    }
  });

  it('takes an answer that arrived in time, although the process was too busy to read it', async () => {
    const store = start({ timeout: 1 });
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const reading = store.read(token);
    // The statement is sent by then.
    setImmediate(() => {
      for (const end = performance.now() + 1_050; performance.now() < end; );
    });
    expect((await reading)?.values.get('cart')).toBe(1);
  });

  it('takes a new connection, and repeats the change, when its server has become read-only', async () => {
    const store = start();
    const opened = await store.read((await store.write(changesOf({ set: { cart: 1 } }))) ?? '');
    // The setting is read at the start of a connection: those of the pool keep it, as those to a former primary do.
    await server.query('ALTER DATABASE postgres SET default_transaction_read_only = on');
    const demoted = start();
    await demoted.read(SessionId.generate());
    const client = new pg.Client({ connectionString: server.url, options: '-c default_transaction_read_only=off' });
    await client.connect();
    await client.query('ALTER DATABASE postgres RESET default_transaction_read_only');
    await client.end();
    await demoted.write(changesOf({ ...opened, opened, set: { cart: 2 } }));
    expect((await store.read(opened?.id ?? ''))?.values.get('cart')).toBe(2);
  });

  it('connects without statement_timeout to a pooler that refuses it, and then for good', async () => {
    const pooler = await Pooler.before(server);
    const store = start({ url: server.url.replace(String(server.port), String(pooler.port)) });
    try {
      const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
      expect((await store.read(token))?.values.get('cart')).toBe(1);
      const { refused } = pooler;
      expect(refused).toBeGreaterThan(0);
      await Promise.all(Array.from({ length: 5 }, async () => store.read(token)));
      expect(pooler.refused).toBe(refused);
      await store.close();
    } finally {
      await pooler.stop();
    }
  });

  it('survives the end of its idle connections, and of those of a pool that was handed in', async () => {
    const own = new pg.Pool({ connectionString: server.url });
    const handed = new PostgresSessionStore({ pool: own }, new FrozenClock());
    const store = start();
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    await handed.read(token);
    await server.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
    );
    for (const each of [store, handed]) {
      let found: unknown;
      for (const end = Date.now() + 5_000; found !== 1 && Date.now() < end; ) {
        found = await Promise.resolve(each.read(token)).then(
          (record) => record?.values.get('cart'),
          () => undefined,
        );
      }
      expect(found).toBe(1);
    }
    await handed.close();
    expect((await own.query('SELECT 1')).rowCount).toBe(1);
    await own.end();
  });

  it('rejects while the server is down, and works again with its sessions after a restart', async () => {
    const store = start({ timeout: 1 });
    const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
    await server.kill();
    await expect(store.read(token)).rejects.toThrow();
    await expect(store.read(token)).rejects.toMatchObject({ cure: expect.stringContaining('start PostgreSQL') });
    await server.resume();
    expect((await store.read(token))?.values.get('cart')).toBe(1);
  });
});
