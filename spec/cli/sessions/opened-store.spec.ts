import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SettingsInForce } from '../../../lib/astro/report/build-channel.js';
import { UsageError } from '../../../lib/cli/command-line.js';
import type { EnvFiles } from '../../../lib/cli/doctor/facts.js';
import { openedStore } from '../../../lib/cli/sessions/opened-store.js';
import { PostgresSessionStore } from '../../../lib/session/stores/postgres/postgres-session-store.js';
import { RedisSessionStore } from '../../../lib/session/stores/redis/redis-session-store.js';
import { SqliteSessionStore } from '../../../lib/session/stores/sqlite/sqlite-session-store.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sessions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const opened = (
  store: SettingsInForce['store'],
  find: (name: string) => { value: string } | undefined = () => undefined,
) => openedStore({ settings: { store } }, folder, { find: (name) => find(name) as ReturnType<EnvFiles['find']> });
const open = (store: SettingsInForce['store']) => opened(store).store;

describe('The store for the command line', () => {
  it('is that of the options, in a file that belongs to the project', () => {
    new SqliteSessionStore({ file: join(folder, 'kept.db') }).close();
    const store = open({ use: 'sqlite', file: 'kept.db' });
    expect(store).toBeInstanceOf(SqliteSessionStore);
    if (store instanceof SqliteSessionStore) store.close();
    expect(open({ use: 'postgres' })).toBeInstanceOf(PostgresSessionStore);
    expect(open({ use: 'redis' })).toBeInstanceOf(RedisSessionStore);
  });

  it('has a name without user and password', () => {
    new SqliteSessionStore({ file: join(folder, 'named.db') }).close();
    const sqlite = opened({ use: 'sqlite', file: 'named.db' });
    if (sqlite.store instanceof SqliteSessionStore) sqlite.store.close();
    expect(sqlite.place).toBe(`SQLite, ${join(folder, 'named.db')}`);
    const value = (url: string) => () => ({ value: url });
    expect(opened({ use: 'postgres' }, value('postgres://ada:hunter2@db.example:5433/shop')).place).toBe(
      'PostgreSQL at db.example:5433',
    );
    expect(opened({ use: 'redis' }, value('redis://ada:hunter2@cache.example:6380')).place).toBe(
      'Redis at cache.example:6380',
    );
    const sentinel = { name: 'mymaster', nodes: ['redis://:hunter2@a:26379'] };
    expect(opened({ use: 'redis', sentinel }).place).toBe('Redis at mymaster (Sentinel)');
    expect(opened({ use: 'redis', cluster: ['redis://:hunter2@a:7000', 'b:7001'] }).place).toBe(
      'Redis at a:7000, b:7001',
    );
  });

  it('is not created where there is none', () => {
    expect(() => open({ use: 'sqlite' })).toThrow('no server has stored a session yet');
  });

  it.each([
    ['cookie', "in the visitors' cookies"],
    ['memory', 'in the memory of the server'],
    ['astro', "in Astro's own session storage"],
  ] as const)('is not that of %s, which only the server can read', (use, reason) => {
    expect(() => open({ use })).toThrow(UsageError);
    expect(() => open({ use })).toThrow(reason);
  });
});
