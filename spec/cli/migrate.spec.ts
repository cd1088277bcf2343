import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../../lib/cli/command-line.js';
import { migrate } from '../../lib/cli/migrate.js';
import { InvalidOptionsError } from '../../lib/errors/index.js';

const REQUEST = { command: 'migrate', root: '/not/there', print: true, table: undefined, sqlite: false } as const;

describe('The migration of the command line', () => {
  it('prints the SQL for a named table without a project, so that it can be kept with other migrations', async () => {
    expect(await migrate({ ...REQUEST, table: 'auth.sessions' })).toBe(`CREATE TABLE IF NOT EXISTS "auth"."sessions" (
  key text COLLATE "C" PRIMARY KEY,
  text text NOT NULL,
  version integer NOT NULL,
  expires_at bigint NOT NULL,
  user_key text COLLATE "C"
);
CREATE INDEX IF NOT EXISTS "sessions_by_user" ON "auth"."sessions" (user_key) WHERE user_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS "sessions_by_expiry" ON "auth"."sessions" (expires_at);`);
  });

  it('prints the SQL for SQLite and its relatives without a project', async () => {
    expect(await migrate({ ...REQUEST, sqlite: true })).toBe(`CREATE TABLE IF NOT EXISTS "gatehouse_sessions" (
  key text PRIMARY KEY,
  text text NOT NULL,
  version integer NOT NULL,
  expires_at bigint NOT NULL,
  user_key text
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS "gatehouse_sessions_by_user" ON "gatehouse_sessions" (user_key) WHERE user_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS "gatehouse_sessions_by_expiry" ON "gatehouse_sessions" (expires_at);`);
  });

  it('refuses what is no name of a table, and a folder without a project', async () => {
    await expect(migrate({ ...REQUEST, table: 'a; DROP TABLE users' })).rejects.toThrow(InvalidOptionsError);
    await expect(migrate(REQUEST)).rejects.toThrow(UsageError);
  });
});
