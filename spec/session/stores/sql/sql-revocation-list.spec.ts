import { expect, it } from '@jest/globals';
import { SqlRevocationList } from '../../../../lib/session/stores/sql/sql-revocation-list.js';
import { SqlTable } from '../../../../lib/session/stores/sql/sql-table.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { describeRevocationList } from '../../../support/revocation-lists.js';
import { SqliteDatabase } from '../../../support/sqlite-database.js';

function start(clock: FrozenClock, database = new SqliteDatabase()): SqlRevocationList {
  for (const statement of new SqlTable('sessions', 'sqlite').migration) database.database.exec(statement);
  return new SqlRevocationList(database, 'sessions', clock);
}

describeRevocationList('A revocation list in any SQL database', start);

it('A revocation list in any SQL database drops expired revocations, and reveals no user', async () => {
  const clock = new FrozenClock();
  const database = new SqliteDatabase();
  const list = start(clock, database);
  await list.revokeBefore('ada@example.com', clock.now(), clock.now() + 1_000);
  expect(JSON.stringify(database.database.prepare('SELECT * FROM sessions').all())).not.toContain('ada');
  clock.advance(2);
  await list.revokeBefore('bob', clock.now(), clock.now() + 1_000);
  expect(await list.notBefore('ada@example.com')).toBeUndefined();
  await list.close();
  await expect(list.notBefore('bob')).rejects.toThrow();
});
