import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SettingsInForce } from '../../../lib/astro/report/build-channel.js';
import { UsageError } from '../../../lib/cli/command-line.js';
import { openedStore } from '../../../lib/cli/sessions/opened-store.js';
import { PostgresSessionStore } from '../../../lib/session/stores/postgres/postgres-session-store.js';
import { RedisSessionStore } from '../../../lib/session/stores/redis/redis-session-store.js';
import { SqliteSessionStore } from '../../../lib/session/stores/sqlite/sqlite-session-store.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sessions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const variables = { find: () => undefined };
const open = (store: SettingsInForce['store']) => openedStore({ settings: { store } }, folder, variables);

describe('The store for the command line', () => {
  it('is that of the options, in a file that belongs to the project', () => {
    new SqliteSessionStore({ file: join(folder, 'kept.db') }).close();
    const store = open({ use: 'sqlite', file: 'kept.db' });
    expect(store).toBeInstanceOf(SqliteSessionStore);
    if (store instanceof SqliteSessionStore) store.close();
    expect(open({ use: 'postgres' })).toBeInstanceOf(PostgresSessionStore);
    expect(open({ use: 'redis' })).toBeInstanceOf(RedisSessionStore);
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
