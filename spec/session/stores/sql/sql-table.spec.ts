import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../../../lib/errors/index.js';
import { SqlTable } from '../../../../lib/session/stores/sql/sql-table.js';

describe('The table of an SQL store', () => {
  it.each(['', '.', 'a.b.c', 'a.', '.a', '1a', 'a b', 'a"b', 'a;b', "a'b", 'ä', 'a-b', 'a$1', 'a'.repeat(51), 'a\n'])(
    'may not be called %j',
    (name) => {
      for (const dialect of ['postgres', 'sqlite'] as const) {
        expect(() => new SqlTable(name, dialect)).toThrow(InvalidOptionsError);
        expect(() => new SqlTable(name, dialect)).toThrow('store.table: must be the name of a table');
      }
    },
  );

  it('has a schema in PostgreSQL only', () => {
    expect(() => new SqlTable('auth.sessions', 'sqlite')).toThrow(InvalidOptionsError);
    const [table, byUser] = new SqlTable('auth.sessions', 'postgres').migration;
    expect(table).toContain('CREATE TABLE IF NOT EXISTS "auth"."sessions" (');
    expect(byUser).toContain('"sessions_by_user" ON "auth"."sessions"');
  });

  it('passes every value apart from the statement', () => {
    const entry = { key: "k'", text: "t'", expiresAt: 1.5, user: "u'" };
    for (const dialect of ['postgres', 'sqlite'] as const) {
      const table = new SqlTable('sessions', dialect);
      const statements = [
        table.find(entry.key),
        table.insert(entry),
        table.replace(entry, 7),
        ...table.move(entry, 7, entry),
        table.remove(entry.key),
        table.keysOf(entry.user),
        table.sweep(8),
        table.keepLatest(entry.key, 1, 2),
      ];
      for (const { text, values } of statements) {
        expect(text).not.toContain("'");
        const numbers = new Set(text.match(/[$?]\d+/g)?.map((mark) => Number(mark.slice(1))));
        expect([...numbers].sort()).toEqual(values.map((_, index) => index + 1));
        expect(text.includes(dialect === 'sqlite' ? '$' : '?')).toBe(false);
      }
    }
  });
});
