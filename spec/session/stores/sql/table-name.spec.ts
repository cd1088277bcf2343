import { describe, expect, it } from '@jest/globals';
import { DEFAULT_TABLE, tableProblem } from '../../../../lib/session/stores/sql/table-name.js';

describe('The name of the table of an SQL store', () => {
  it.each([DEFAULT_TABLE, 'Auth.User', '_x', 'a'.repeat(50), `${'a'.repeat(50)}.${'b'.repeat(50)}`])(
    'may be called %s',
    (name) => {
      expect(tableProblem(name, 'postgres')).toBeUndefined();
    },
  );

  it('has a schema in PostgreSQL only', () => {
    expect(tableProblem('auth.sessions', 'sqlite')).toBe('must be the name of a table, of letters, digits and _');
    expect(tableProblem('a.b.c', 'postgres')).toContain("alone or after a schema: 'auth.sessions'");
  });
});
