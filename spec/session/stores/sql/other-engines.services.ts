import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type Client, createClient } from '@libsql/client';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { type D1Binding, d1Database } from '../../../../lib/session/stores/sql/d1-database.js';
import { libsqlDatabase } from '../../../../lib/session/stores/sql/libsql-database.js';
import type { SqlDatabase } from '../../../../lib/session/stores/sql/sql-database.js';
import { SqlRevocationList } from '../../../../lib/session/stores/sql/sql-revocation-list.js';
import { SqlSessionStore } from '../../../../lib/session/stores/sql/sql-session-store.js';
import { SqlTable } from '../../../../lib/session/stores/sql/sql-table.js';
import type { MakeStore } from '../../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../../lib/testing/describe-session-store.js';
import { describeRandomRequests } from '../../../support/model/random-requests.js';
import { describeRevocationList } from '../../../support/revocation-lists.js';
import { describeRoundTrips } from '../../../support/round-trips.js';

let count = 0;

/** An engine whose table is created at first use: a store of the kit is empty. */
function emptyTable(engine: () => SqlDatabase): { database: SqlDatabase; table: string } {
  count += 1;
  const table = `kit_${count}`;
  let creating: Promise<unknown> | undefined;
  const database: SqlDatabase = {
    dialect: 'sqlite',
    async run(statements) {
      const { migration } = new SqlTable(table, 'sqlite');
      creating ??= engine().run(migration.map((text) => ({ text, values: [] })));
      await creating;
      return engine().run(statements);
    },
  };
  return { database, table };
}

/** @param counted The same engine, whose client counts what it is asked. */
function describeEngine(name: string, engine: () => SqlDatabase, counted: (ask: () => void) => SqlDatabase): void {
  const start: MakeStore<SqlSessionStore> = ({ clock }) => {
    const { database, table } = emptyTable(engine);
    return new SqlSessionStore(database, table, clock);
  };
  describeSessionStore(`Sessions in ${name}`, start, { listsSessions: true });
  describeRandomRequests(`Sessions in ${name}`, start);
  let asked = 0;
  const startCounted: MakeStore<SqlSessionStore> = ({ clock }) => {
    const { database, table } = emptyTable(() => counted(() => asked++));
    return new SqlSessionStore(database, table, clock);
  };
  describeRoundTrips(name, startCounted, () => asked);
  describeRevocationList(`A revocation list in ${name}`, (clock) => {
    const { database, table } = emptyTable(engine);
    return new SqlRevocationList(database, table, clock);
  });
}

/** Attempts of a batch: all idle connections are closed at about the same time. */
const ATTEMPTS = 5;

/**
 * Sends a batch again if miniflare's connection to its Worker, which a real one does not have, was closed as it was about
 * to be used.
 */
function reconnecting(database: D1Binding): D1Binding {
  // The process waits each time that a statement is prepared.
  const prepared = new Map<string, ReturnType<D1Binding['prepare']>>();
  const isDropped = (error: unknown) => error instanceof Error && error.message === 'fetch failed';
  return {
    prepare: (text) => {
      const statement = prepared.get(text) ?? database.prepare(text);
      prepared.set(text, statement);
      return statement;
    },
    async batch(statements) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await database.batch(statements);
        } catch (error) {
          if (attempt >= ATTEMPTS || !isDropped(error)) throw error;
          await new Promise((wake) => setTimeout(wake, 5 * attempt));
        }
      }
    },
  };
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-libsql-'));
let client: Client;
let worker: Miniflare;
let binding: D1Binding;

beforeAll(async () => {
  client = createClient({ url: `file:${join(folder, 'sessions.db')}` });
  // Nothing has to outlive the machine.
  await client.execute('PRAGMA synchronous = OFF');
  const options = { modules: true, script: 'export default {};', d1Databases: ['DB'] };
  worker = new Miniflare(convertV4MiniflareOptions(options));
  binding = reconnecting((await worker.getD1Database('DB')) as unknown as D1Binding);
});
afterAll(async () => {
  client.close();
  await worker.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describeEngine(
  'libSQL',
  () => libsqlDatabase(client),
  (ask) =>
    libsqlDatabase({
      batch: (...batch) => {
        ask();
        return client.batch(...batch);
      },
    }),
);
describeEngine(
  'Cloudflare D1',
  () => d1Database(binding),
  (ask) =>
    d1Database({
      prepare: (text) => binding.prepare(text),
      batch: (statements) => {
        ask();
        return binding.batch(statements);
      },
    }),
);
