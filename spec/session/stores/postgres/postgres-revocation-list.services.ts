import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { PostgresRevocationList } from '../../../../lib/session/stores/postgres/postgres-revocation-list.js';
import { postgresMigration } from '../../../../lib/session/stores/postgres/postgres-session-store.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { PostgresServer } from '../../../support/postgres-server.js';
import { describeRevocationList } from '../../../support/revocation-lists.js';

let server: PostgresServer;
let pool: pg.Pool;
let count = 0;

beforeAll(async () => {
  server = await PostgresServer.start();
  pool = new pg.Pool({ connectionString: server.url });
  await pool.query(Array.from({ length: 9 }, (_, index) => postgresMigration(`list_${index}`)).join(''));
  await pool.query(postgresMigration());
}, 60_000);
afterAll(async () => {
  await pool.end();
  await server.remove();
});

describeRevocationList('A revocation list in PostgreSQL', (clock) => {
  count += 1;
  return new PostgresRevocationList({ pool, table: `list_${count}` }, clock);
});

it('A revocation list in PostgreSQL is shared by processes, reveals no user, and drops what has expired', async () => {
  const clock = new FrozenClock();
  const one = new PostgresRevocationList({ url: server.url }, clock);
  const other = new PostgresRevocationList({ pool }, clock);
  await one.revokeBefore('ada@example.com', 1_000.5, clock.now() + 1_000);
  expect(await other.notBefore('ada@example.com')).toBe(1_001);
  const rows = await server.query('SELECT * FROM gatehouse_sessions');
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('ada');
  clock.advance(2);
  await other.revokeBefore('bob', 1_000, clock.now() + 60_000);
  expect(await one.notBefore('ada@example.com')).toBeUndefined();
  await one.close();
});
