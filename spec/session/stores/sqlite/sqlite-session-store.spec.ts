import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MissingClientError } from '../../../../lib/errors/index.js';
import { SessionId } from '../../../../lib/session/record/session-id.js';
import { SqliteSessionStore } from '../../../../lib/session/stores/sqlite/sqlite-session-store.js';
import { describeSessionStore } from '../../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { describeRandomRequests } from '../../../support/model/random-requests.js';
import { changesOf } from '../../../support/records.js';

describeSessionStore('Sessions in SQLite', ({ clock }) => new SqliteSessionStore({ file: ':memory:' }, clock), {
  listsSessions: true,
  close: (store) => store.close(),
});
describeRandomRequests('Sessions in SQLite', ({ clock }) => new SqliteSessionStore({ file: ':memory:' }, clock), {
  close: (store) => store.close(),
});

/** A worker that locks the database as another process would, and releases it after 300 ms. */
const HOLD_THE_FILE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const database = new (require('node:sqlite').DatabaseSync)(workerData);
  database.exec('BEGIN EXCLUSIVE');
  parentPort.postMessage('held');
  setTimeout(() => database.close(), 300);`;

describe('A SQLite session store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
  const opened: SqliteSessionStore[] = [];
  const file = join(folder, 'deep/sessions.db');

  function start(clock = new FrozenClock()): SqliteSessionStore {
    const store = new SqliteSessionStore({ file }, clock);
    opened.push(store);
    return store;
  }
  afterEach(() => {
    for (const store of opened.splice(0)) store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps its sessions over a restart', async () => {
    const token = await start().write(changesOf({ set: { cart: 1 } }));
    opened.pop()?.close();
    expect((await start().read(token ?? ''))?.values.get('cart')).toBe(1);
  });

  it('closes its file when it is disposed, also when the file is already closed', () => {
    const store = start();
    store[Symbol.dispose]();
    expect(() => store.close()).toThrow('not open');
    store[Symbol.dispose]();
    opened.pop();
  });

  it('shares its sessions with every process that opens its file', async () => {
    const [one, other] = [start(), start()];
    const token = (await one.write(changesOf({ set: { cart: 1 } }))) ?? '';
    const [seenByOne, seenByOther] = [await one.read(token), await other.read(token)];
    await one.write(changesOf({ ...seenByOne, opened: seenByOne, set: { theme: 'dark' } }));
    await other.write(changesOf({ ...seenByOther, opened: seenByOther, set: { language: 'de' } }));
    const found = await one.read(token);
    expect(Object.fromEntries(found?.values ?? [])).toEqual({ cart: 1, theme: 'dark', language: 'de' });
    await other.destroy(token);
    expect(await one.read(token)).toBeUndefined();
  });

  it('waits at its start for a process that has locked the file', async () => {
    mkdirSync(join(folder, 'deep'), { recursive: true });
    const other = new Worker(HOLD_THE_FILE, { eval: true, workerData: file });
    await new Promise((resolve) => other.once('message', resolve));
    expect(await start().write(changesOf({ set: { cart: 1 } }))).toBeDefined();
    await other.terminate();
  });

  it('deletes expired sessions in batches', async () => {
    const clock = new FrozenClock();
    const store = start(clock);
    const soon = clock.now() + 1000;
    for (let count = 0; count < 1200; count++) await store.write(changesOf({ expiresAt: soon, set: { count } }));
    clock.advance(20);
    const later = { expiresAt: clock.now() + 1_000_000 };
    const rows = () => countRows(file);
    for (const left of [701, 202, 3, 4]) {
      await store.write(changesOf(later));
      expect(rows()).toBe(left);
    }
  });

  it('contains nothing in its file that could be used as a cookie', async () => {
    const store = start();
    const token = (await store.write(changesOf({ set: { userId: 'ada' } }))) ?? '';
    const record = await store.read(token);
    const next = SessionId.generate();
    await store.write(changesOf({ ...record, opened: record, id: next }));
    store.close();
    opened.pop();
    const dump = readdirSync(join(folder, 'deep')).map((name) => readFileSync(join(folder, 'deep', name), 'latin1'));
    expect(dump.join('')).toContain(SessionId.fingerprint(next));
    for (const secret of [token, next]) expect(dump.join('')).not.toContain(secret);
  });

  it('throws an error that names the cure when there is no SQLite', () => {
    const without = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    expect(() => start()).toThrow(MissingClientError);
    expect(() => start()).toThrow(/Run the server on Node 22\.13 or newer/);
    without.mockRestore();
  });
});

function countRows(file: string): number {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file);
  const row = database.prepare('SELECT count(*) AS count FROM sessions').get();
  database.close();
  return Number(row?.count);
}
