import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../../lib/session/stores/sqlite/sqlite-file.js';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
const start = process.cwd();
afterAll(() => {
  process.chdir(start);
  rmSync(folder, { recursive: true, force: true });
});

describe('A SQLite database file', () => {
  it('is created with its folder, which other users cannot access', () => {
    const file = join(folder, 'deep/er/sessions.db');
    openDatabase({ file }, 'CREATE TABLE IF NOT EXISTS one (key TEXT)').close();
    expect(existsSync(file)).toBe(true);
    expect(statSync(join(folder, 'deep/er')).mode & 0o077).toBe(0);
  });

  it('cannot be read by other users, and neither can the files SQLite puts beside it', () => {
    const file = join(folder, 'open.db');
    const database = openDatabase({ file }, 'CREATE TABLE IF NOT EXISTS one (key TEXT)');
    const modes = ['', '-wal', '-shm'].map((end) => statSync(file + end).mode & 0o077);
    database.close();
    expect(modes).toEqual([0, 0, 0]);
  });

  it('holds the tables of all stores that open it', () => {
    const file = join(folder, 'shared.db');
    const [one, other] = ['one', 'other'].map((name) =>
      openDatabase({ file }, `CREATE TABLE IF NOT EXISTS ${name} (key TEXT)`),
    );
    one?.exec("INSERT INTO other VALUES ('a')");
    expect(other?.prepare('SELECT key FROM other').get()).toEqual({ key: 'a' });
    one?.close();
    other?.close();
  });

  it('that cannot be written is an error with its path and the cure', () => {
    const file = join(folder, 'deep/er/sessions.db/inside.db');
    expect(() => openDatabase({ file }, '')).toThrow(
      expect.objectContaining({ code: 'UNWRITABLE_FILE', file, message: expect.stringContaining('own its folder') }),
    );
  });

  it('is not looked for in a Worker, which has no files', () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Cloudflare-Workers' }, configurable: true });
    try {
      expect(() => openDatabase({ file: join(folder, 'worker.db') }, '')).toThrow(
        expect.objectContaining({ code: 'UNHOSTED_STORE', message: expect.stringContaining('there are no files') }),
      );
    } finally {
      Reflect.deleteProperty(globalThis, 'navigator');
      if (before) Object.defineProperty(globalThis, 'navigator', before);
    }
  });

  it('is ignored by git at its default path', () => {
    process.chdir(folder);
    openDatabase({}, '').close();
    expect(readFileSync(join(folder, '.gatehouse/.gitignore'), 'utf8')).toBe('*\n');
    expect(existsSync(join(folder, '.gatehouse/sessions.db'))).toBe(true);
  });
});
