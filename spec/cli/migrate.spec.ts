import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../../lib/cli/command-line.js';
import { migrate, refusal } from '../../lib/cli/migrate.js';
import { InvalidOptionsError } from '../../lib/errors/index.js';
import { explained } from '../../lib/session/stores/postgres/postgres-failure.js';

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

  it('tells a user who may not create tables how to get this permission', () => {
    const denied = (code: string) => explained(Object.assign(new Error('permission denied'), { code }), 'db:1');
    const told = (table: string) => refusal(denied('42501'), { table, user: 'shop' });
    expect(told('gatehouse_sessions')).toBe(
      'PostgreSQL at db:1: permission denied (42501). Its user may not create the table: run this command as the owner ' +
        'of the schema, or GRANT CREATE ON SCHEMA "public" TO "shop".',
    );
    expect(told('auth.sessions')).toContain('GRANT CREATE ON SCHEMA "auth" TO "shop"');
    expect(refusal(denied('3D000'), { table: 'a', user: 'shop' })).toContain('Create the database');
  });

  it('refuses what is no name of a table, and a folder without a project', async () => {
    await expect(migrate({ ...REQUEST, table: 'a; DROP TABLE users' })).rejects.toThrow(InvalidOptionsError);
    await expect(migrate(REQUEST)).rejects.toThrow(UsageError);
  });
});
