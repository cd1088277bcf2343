import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { SqliteRevocationList } from '../../../../lib/session/stores/sqlite/sqlite-revocation-list.js';
import { FrozenClock } from '../../../support/frozen-clock.js';
import { describeRevocationList } from '../../../support/revocation-lists.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeRevocationList('A revocation list in SQLite', (clock) => new SqliteRevocationList({ file: ':memory:' }, clock));

it('A revocation list in SQLite is shared by all processes that open its file, and outlives them', async () => {
  const file = join(folder, 'sessions.db');
  const [one, other] = [new SqliteRevocationList({ file }), new SqliteRevocationList({ file })];
  await one.revokeBefore('ada', 1_000, Date.now() + 60_000);
  expect(await other.notBefore('ada')).toBe(1_000);
  one.close();
  other.close();
  const later = new SqliteRevocationList({ file });
  expect(await later.notBefore('ada')).toBe(1_000);
  later.close();
});

it('A revocation list in SQLite drops expired revocations', async () => {
  const clock = new FrozenClock();
  const list = new SqliteRevocationList({ file: ':memory:' }, clock);
  await list.revokeBefore('ada', clock.now(), clock.now() + 1_000);
  clock.advance(1);
  await list.revokeBefore('bob', clock.now(), clock.now() + 1_000);
  expect(await list.notBefore('ada')).toBeUndefined();
  list.close();
});
