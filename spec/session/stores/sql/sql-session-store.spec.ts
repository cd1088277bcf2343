import { expect, it } from '@jest/globals';
import { SessionId } from '../../../../lib/session/record/session-id.js';
import { SqlSessionStore } from '../../../../lib/session/stores/sql/sql-session-store.js';
import type { MakeStore } from '../../../../lib/testing/abilities.js';
import { describeSessionStore } from '../../../../lib/testing/describe-session-store.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { changesOf } from '../../../support/records.js';
import { SqliteDatabase } from '../../../support/sqlite-database.js';

const start: MakeStore<SqlSessionStore> = ({ clock }) => startWith(new SqliteDatabase(), clock);

function startWith(database: SqliteDatabase, clock = new FrozenClock()): SqlSessionStore {
  const store = new SqlSessionStore(database, 'sessions', clock);
  for (const statement of store.migration) database.database.exec(statement);
  return store;
}

describeSessionStore('Sessions in any SQL database', start, { listsSessions: true });

it('An SQL session store runs one transaction for a read, a change and a sign-in', async () => {
  const database = new SqliteDatabase();
  const store = startWith(database);
  const asked: string[][] = [];
  const run = database.run.bind(database);
  database.run = (statements) => {
    asked.push(statements.map(({ text }) => text.trim().split(/\s/)[0] ?? ''));
    return run(statements);
  };
  const token = (await store.write(changesOf({ set: { cart: 1 } }))) ?? '';
  expect(asked.splice(0)).toEqual([['DELETE'], ['INSERT']]);
  const opened = await store.read(token);
  const id = SessionId.generate();
  await store.write(changesOf({ ...opened, opened, id, hasSignedIn: true, set: { userId: 'ada' } }));
  expect(asked.splice(0)).toEqual([['SELECT'], ['INSERT', 'UPDATE']]);
});

it('An SQL session store writes even when its sweep fails, and sweeps at most every ten seconds', async () => {
  const database = new SqliteDatabase();
  const clock = new FrozenClock();
  const store = startWith(database, clock);
  const run = database.run.bind(database);
  let sweeps = 0;
  database.run = async (statements) => {
    if (!statements[0]?.text.startsWith('DELETE')) return run(statements);
    sweeps += 1;
    throw new Error('locked');
  };
  for (let turn = 0; turn < 3; turn++) expect(await store.write(changesOf({ set: { cart: 1 } }))).toBeDefined();
  expect(sweeps).toBe(1);
  clock.advance(11);
  await store.write(changesOf({ set: { cart: 1 } }));
  expect(sweeps).toBe(2);
});
